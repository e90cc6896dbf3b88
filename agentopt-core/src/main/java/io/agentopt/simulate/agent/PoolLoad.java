package io.agentopt.simulate.agent;

import io.agentopt.operator.Generate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The calls that come to one pool of servers. */
final class PoolLoad {
    /**
     * Calls of one node of the graph.
     *
     * @param rate calls per second
     * @param reads whether the pool reads their prompts
     * @param generates whether it generates
     * @param together how many of one request come at the same time
     */
    record Calls(String path, Generate call, double rate, boolean reads, boolean generates, double together) {
        int prompt() {
            return (int) Math.max(1, Math.round(call.expectedPromptTokens()));
        }

        /** {@return iterations after the first token, which comes with the prompt} */
        double iterations() {
            return Math.max(0, call.expectedOutputTokens() - 1);
        }
    }

    private final List<Calls> calls = new ArrayList<>();

    void add(String path, Stage.Language stage, double rate, boolean reads, boolean generates, double together) {
        calls.add(new Calls(path, stage.call(), rate, reads, generates, together));
    }

    List<Calls> calls() {
        return calls;
    }

    double reading() {
        return calls.stream().filter(Calls::reads).mapToDouble(Calls::rate).sum();
    }

    double generating() {
        return calls.stream().filter(Calls::generates).mapToDouble(Calls::rate).sum();
    }

    /** {@return iterations of a call that generates, mean} */
    double iterations() {
        return generatingMean(Calls::iterations);
    }

    /** {@return tokens that an iteration of a sequence attends to, mean by iteration} */
    double context() {
        double weights = generatingMean(Calls::iterations);
        double sum = generatingMean(c -> c.iterations() * (c.prompt() + c.iterations() / 2));
        return weights == 0 ? 1 : Math.max(1, sum / weights);
    }

    /** {@return tokens that a sequence holds at its end, mean} */
    double tokensHeld() {
        return Math.max(1, generatingMean(c -> c.prompt() + c.iterations() + 1));
    }

    /** {@return calls that come at the same time, seen by a call} */
    double together() {
        double rate = calls.stream().mapToDouble(Calls::rate).sum();
        return rate == 0
                ? 1
                : calls.stream().mapToDouble(c -> c.rate() * c.together()).sum() / rate;
    }

    /** {@return the path of the calls with most tokens a second} */
    String busiest() {
        Calls most = calls.getFirst();
        for (Calls c : calls) if (tokens(c) > tokens(most)) most = c;
        return most.path();
    }

    private static double tokens(Calls c) {
        return c.rate() * (c.reads() ? c.prompt() / 32.0 : 0) + c.rate() * c.iterations();
    }

    private double generatingMean(ToDoubleFunction<Calls> what) {
        double rate = generating();
        if (rate == 0) return calls.stream().mapToDouble(what).average().orElse(0);
        return calls.stream()
                        .filter(Calls::generates)
                        .mapToDouble(c -> c.rate() * what.applyAsDouble(c))
                        .sum()
                / rate;
    }
}
