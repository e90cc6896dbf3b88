package io.agentopt.cost;

/** Kinds of work that share efficiencies: calibration fits one set of terms per device and class. */
public enum OperatorClass {
    /** A whole forward pass over a prompt. */
    PREFILL,
    /** Whole decode steps, one token per sequence each. */
    DECODE,
    /** A whole encoder pass. */
    EMBED,
    /** Any other model, read off its ONNX file. */
    INFER,
    /** One matrix product. */
    GEMM,
    /** Attention of a prompt over itself and its cached prefix. */
    ATTENTION_PREFILL,
    /** Attention of one new token per sequence over its context. */
    ATTENTION_DECODE,
    /** Normalisation, activation, addition: bound by memory traffic. */
    ELEMENTWISE,
    /** A pass over stored vectors: brute-force search, rescoring. */
    SCAN
}
