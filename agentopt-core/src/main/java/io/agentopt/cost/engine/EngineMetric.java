package io.agentopt.cost.engine;

/** What was measured, or is to be predicted, in seconds. */
public enum EngineMetric {
    /** A prefill of the whole batch, nothing else running. */
    TIME_TO_FIRST_TOKEN,
    /** A decode step of the whole batch, nothing else running. */
    TOKEN_TIME,
    /** Time per output token under continuous batching, where other requests' prefills interrupt. */
    SERVED_TOKEN_TIME,
    /** From sending a batch to its last token, all requests alike. */
    REQUEST,
    /** One layer of a prefill. */
    LAYER_PREFILL,
    /** One layer of a decode step. */
    LAYER_DECODE;

    /** {@return position in the arrays that the fits work on} */
    @SuppressWarnings("EnumOrdinal") // calibration files hold it: add at the end, never reorder
    int index() {
        return ordinal();
    }
}
