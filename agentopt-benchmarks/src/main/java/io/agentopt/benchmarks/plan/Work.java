package io.agentopt.benchmarks.plan;

/** What one operator of a generated problem does for one request. */
sealed interface Work {
    /** Reads {@code tokens} with a model of {@code billions} of weights. */
    record Prefill(int model, double billions, double tokens) implements Work {}

    /** Writes {@code tokens} one by one after a context of {@code context} tokens. */
    record Decode(int model, double billions, double tokens, double context) implements Work {}

    /** An encoder (embedder, reranker, speech) over {@code tokens}. */
    record Encode(int model, double billions, double tokens) implements Work {}

    /** A tool, a search or glue: {@code seconds} on a host core. */
    record Host(double seconds) implements Work {}

    /** Something else that takes {@code seconds} on a device of middling speed; how well a class suits it is drawn per class. */
    record Mixed(double seconds, int group, double groupBytes) implements Work {}

    /** {@return bytes of the KV cache of one token} */
    static double kvBytesPerToken(double billions) {
        return 45_000 * Math.pow(billions, 0.45);
    }
}
