package io.agentopt.benchmarks.llm;

/**
 * The matrices of {@link RandomDecoder} in eight bits: whole numbers times a scale, which is the same for all blocks because the numbers are
 * uniform, and which float16 holds, as llama.cpp stores it.
 */
final class Int8Weights {
    /** Inputs that share a scale. */
    static final int BLOCK = 32;

    private static final int MOST = 127;

    private Int8Weights() {}

    static float scale(long inputs) {
        return Float.float16ToFloat(Float.floatToFloat16((float) (Math.sqrt(3.0 / inputs) / MOST)));
    }

    /** {@return whole numbers from -127 to 127, row by row of the inputs} */
    static WeightFile.Formula of(String out, long inputs) {
        WeightFile.Formula w = RandomDecoder.weights(out, inputs);
        float scale = scale(inputs);
        return i -> Math.clamp(Math.round(w.at(i) / scale), -MOST, MOST);
    }
}
