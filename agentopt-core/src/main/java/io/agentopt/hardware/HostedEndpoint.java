package io.agentopt.hardware;

import java.util.Collections;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * A hosted service that runs whole LLM calls and is paid by token. Its times are those that the caller sees, the way there and back
 * included; it can be used as far as its rate limits go.
 *
 * @param name unique among the members of its fleet; plans refer to it
 * @param models ids of the models that it offers, at least one
 * @param dollarsPerMillionInputTokens price of prompts, $ per million tokens
 * @param dollarsPerMillionOutputTokens price of completions, $ per million tokens
 * @param firstTokenSeconds mean time from the call to the first token, s
 * @param tokensPerSecond mean rate of the tokens after the first, of one call
 * @param zone where its data lies, or empty if that is not known
 * @param maxRequestsPerSecond calls that it takes at most; empty for no such limit
 * @param maxTokensPerMinute prompt and completion tokens that it takes at most; empty for no such limit
 */
public record HostedEndpoint(
        String name,
        Set<String> models,
        double dollarsPerMillionInputTokens,
        double dollarsPerMillionOutputTokens,
        double firstTokenSeconds,
        double tokensPerSecond,
        Optional<String> zone,
        OptionalDouble maxRequestsPerSecond,
        OptionalDouble maxTokensPerMinute) {

    public HostedEndpoint {
        if (name.isBlank()) throw new IllegalArgumentException("A hosted endpoint needs a name; it is blank.");
        models = Collections.unmodifiableSortedSet(new TreeSet<>(models));
        if (models.isEmpty() || models.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("The models " + models + " of endpoint '" + name
                    + "' must be at least one, none of them blank. Name what it offers.");
        }
        notNegative(dollarsPerMillionInputTokens, "dollarsPerMillionInputTokens", name);
        notNegative(dollarsPerMillionOutputTokens, "dollarsPerMillionOutputTokens", name);
        notNegative(firstTokenSeconds, "firstTokenSeconds", name);
        positive(tokensPerSecond, "tokensPerSecond", name);
        maxRequestsPerSecond.ifPresent(v -> positive(v, "maxRequestsPerSecond", name));
        maxTokensPerMinute.ifPresent(v -> positive(v, "maxTokensPerMinute", name));
        DeviceClass.checkZone(zone, "endpoint '" + name + "'");
    }

    /** {@return an endpoint for one model, without zone or rate limits} */
    public static HostedEndpoint of(
            String name,
            String model,
            double dollarsPerMillionInputTokens,
            double dollarsPerMillionOutputTokens,
            double firstTokenSeconds,
            double tokensPerSecond) {
        return new HostedEndpoint(
                name,
                Set.of(model),
                dollarsPerMillionInputTokens,
                dollarsPerMillionOutputTokens,
                firstTokenSeconds,
                tokensPerSecond,
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    /** {@return this endpoint with the place of its data} */
    public HostedEndpoint in(String newZone) {
        return copy(Optional.of(newZone), maxRequestsPerSecond, maxTokensPerMinute);
    }

    /** {@return this endpoint with a limit of calls per second} */
    public HostedEndpoint atMostRequestsPerSecond(double limit) {
        return copy(zone, OptionalDouble.of(limit), maxTokensPerMinute);
    }

    /** {@return this endpoint with a limit of tokens per minute, prompts and completions together} */
    public HostedEndpoint atMostTokensPerMinute(double limit) {
        return copy(zone, maxRequestsPerSecond, OptionalDouble.of(limit));
    }

    private HostedEndpoint copy(Optional<String> newZone, OptionalDouble requests, OptionalDouble tokens) {
        return new HostedEndpoint(
                name,
                models,
                dollarsPerMillionInputTokens,
                dollarsPerMillionOutputTokens,
                firstTokenSeconds,
                tokensPerSecond,
                newZone,
                requests,
                tokens);
    }

    private static void notNegative(double value, String what, String name) {
        if (!(value >= 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(
                    "The " + what + " (" + value + ") of endpoint '" + name + "' must be finite and at least 0.");
        }
    }

    private static void positive(double value, String what, String name) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException("The " + what + " (" + value + ") of endpoint '" + name
                    + "' must be finite and above 0. Leave out a limit that there is not.");
        }
    }
}
