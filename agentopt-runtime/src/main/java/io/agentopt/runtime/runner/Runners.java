package io.agentopt.runtime.runner;

import java.util.Map;
import java.util.TreeMap;

/**
 * What the user plugged in.
 *
 * @param endpoints by the name of the hosted endpoint in the fleet
 * @param rerankers by model
 * @param transcribers by model
 * @param synthesizers by model
 * @param inferences by model
 * @param embedders by model
 * @param customs by the name of the operator
 */
public record Runners(
        Map<String, EndpointRunner> endpoints,
        Map<String, Reranker> rerankers,
        Map<String, Transcriber> transcribers,
        Map<String, Synthesizer> synthesizers,
        Map<String, Inference> inferences,
        Map<String, Embedder> embedders,
        Map<String, CustomRunner> customs) {
    /** Nothing plugged in. */
    public static final Runners NONE =
            new Runners(Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

    public Runners {
        endpoints = Map.copyOf(endpoints);
        rerankers = Map.copyOf(rerankers);
        transcribers = Map.copyOf(transcribers);
        synthesizers = Map.copyOf(synthesizers);
        inferences = Map.copyOf(inferences);
        embedders = Map.copyOf(embedders);
        customs = Map.copyOf(customs);
    }

    /** {@return these runners and one for a hosted endpoint, which replaces one of its name} */
    public Runners endpoint(String name, EndpointRunner runner) {
        return new Runners(
                plus(endpoints, name, runner), rerankers, transcribers, synthesizers, inferences, embedders, customs);
    }

    /** {@return these runners and one for a reranker} */
    public Runners reranker(String model, Reranker runner) {
        return new Runners(
                endpoints, plus(rerankers, model, runner), transcribers, synthesizers, inferences, embedders, customs);
    }

    /** {@return these runners and one for a speech recogniser} */
    public Runners transcriber(String model, Transcriber runner) {
        return new Runners(
                endpoints, rerankers, plus(transcribers, model, runner), synthesizers, inferences, embedders, customs);
    }

    /** {@return these runners and one for a speech synthesiser} */
    public Runners synthesizer(String model, Synthesizer runner) {
        return new Runners(
                endpoints, rerankers, transcribers, plus(synthesizers, model, runner), inferences, embedders, customs);
    }

    /** {@return these runners and one for a model file} */
    public Runners inference(String model, Inference runner) {
        return new Runners(
                endpoints, rerankers, transcribers, synthesizers, plus(inferences, model, runner), embedders, customs);
    }

    /** {@return these runners and one for an embedder} */
    public Runners embedder(String model, Embedder runner) {
        return new Runners(
                endpoints, rerankers, transcribers, synthesizers, inferences, plus(embedders, model, runner), customs);
    }

    /** {@return these runners and one for a custom operator} */
    public Runners custom(String operator, CustomRunner runner) {
        return new Runners(
                endpoints,
                rerankers,
                transcribers,
                synthesizers,
                inferences,
                embedders,
                plus(customs, operator, runner));
    }

    private static <V> Map<String, V> plus(Map<String, V> map, String key, V value) {
        Map<String, V> more = new TreeMap<>(map);
        more.put(key, value);
        return more;
    }
}
