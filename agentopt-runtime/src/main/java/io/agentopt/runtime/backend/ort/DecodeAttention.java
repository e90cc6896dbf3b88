package io.agentopt.runtime.backend.ort;

/**
 * Which kernel ONNX Runtime's CUDA provider takes for the attention of single tokens. It has two, XQA and flash decoding, and prefers XQA, which
 * is the slower one on an H200 at every size that docs/llm-gpu.md measures: it takes a memset and a kernel for lengths in every layer beside its own. The
 * provider reads the variable when a session is made.
 */
final class DecodeAttention {
    static final String VARIABLE = "ORT_ENABLE_XQA";

    private DecodeAttention() {}

    /** Asks for flash decoding, unless the application says otherwise. */
    static void preferFlash() {
        new NativeVariable(VARIABLE).unlessGiven("0");
    }
}
