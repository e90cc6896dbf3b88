package io.agentopt.benchmarks.llm;

/**
 * The shape of a decoder with gated feed-forward, RMS norm and rotary attention.
 *
 * @param context positions of its rotary tables
 */
record DecoderShape(int layers, int hidden, int heads, int kvHeads, int ffn, int vocab, int context) {
    /** About 110 million parameters: 440 MB in fp32, far more than caches hold, so that decoding one answer waits for memory. */
    static final DecoderShape SMALL = new DecoderShape(12, 768, 12, 12, 2048, 16_000, 1280);

    /** So small that what surrounds the model is all there is. */
    static final DecoderShape TINY = new DecoderShape(2, 128, 4, 2, 256, 1000, 128);

    /** 1.1 billion parameters: the dimensions of TinyLlama. */
    static final DecoderShape ONE_BILLION = new DecoderShape(22, 2048, 32, 4, 5632, 32_000, 2816);

    /** 8 billion parameters: the dimensions of Llama 3 8B. */
    static final DecoderShape EIGHT_BILLION = new DecoderShape(32, 4096, 32, 8, 14_336, 128_256, 2560);

    int headDim() {
        return hidden / heads;
    }

    int kvWidth() {
        return kvHeads * headDim();
    }

    /** {@return weights that a decode step reads, the embedding's rows left out} */
    long stepParameters() {
        long layer = 2L * hidden * hidden + 2L * hidden * kvWidth() + 3L * hidden * ffn;
        return layers * layer + (long) hidden * vocab;
    }
}
