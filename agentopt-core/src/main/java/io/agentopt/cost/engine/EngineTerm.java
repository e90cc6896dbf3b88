package io.agentopt.cost.engine;

/**
 * One fitted number of an engine on a device: its bounds, its generic value and how firmly a fit holds on to that.
 *
 * <p>Generic values come from kernel tables, not from end-to-end rows: GEMM, attention and all-reduce times of vLLM 0.14/0.19 and TensorRT-LLM
 * 1.0/1.2 on A100 and H100 (ai-dynamo/aiconfigurator, Apache-2.0). Four GEMMs at 3 us, an attention kernel at 11 to 20 us and three
 * elementwise ones make 30 us a layer.
 */
public enum EngineTerm {
    /** Share of the peak rate that the matrix products of a prefill reach. */
    COMPUTE(0.05, 1.05, 0.77, 1),
    /** The same for a decode step, whose products are narrow. */
    DECODE_COMPUTE(0.02, 1.05, 0.77, 1),
    /** Share of the 16-bit peak rate that attention scores reach. */
    ATTENTION(0.02, 1.05, 0.5, 1),
    /** Share of the bandwidth at which weights and activations move. */
    MEMORY(0.05, 1.05, 0.82, 1),
    /** Share of the bandwidth at which the KV cache is read. */
    KV(0.02, 1.05, 0.95, 1),
    /** Exponent of the smooth maximum of arithmetic and traffic. */
    EXPONENT(1, 4, 2.5, 2),
    /** Scheduling, sampling and launch of an iteration, s. The engine's own, so it gives way first. */
    ITERATION_SECONDS(1e-5, 0.05, 5e-4, 0.1),
    /** Fixed time of the kernels of one layer, s. */
    LAYER_SECONDS(1e-7, 1e-3, 30e-6, 1),
    /** Per sequence and decode step, s. */
    SEQUENCE_SECONDS(1e-7, 5e-3, 1e-5, 0.3),
    /** Per prompt, s. */
    PROMPT_SECONDS(1e-7, 2e-2, 1e-5, 0.3),
    /** Fixed time of an all-reduce of two devices, s; of N devices it grows with the root of N - 1. */
    HOP_SECONDS(1e-6, 1e-3, 5e-6, 0.5),
    /** Share of the one-way link rate that an all-reduce reaches. */
    LINK(0.05, 1, 0.42, 1),
    /** Share of the other requests' prefills that a running request waits for. */
    INTERFERENCE(0.3, 1.3, 1, 2);

    private final double low;
    private final double high;
    private final double generic;
    private final double firmness;

    EngineTerm(double low, double high, double generic, double firmness) {
        this.low = low;
        this.high = high;
        this.generic = generic;
        this.firmness = firmness;
    }

    /** {@return smallest value} */
    public double low() {
        return low;
    }

    /** {@return largest value} */
    public double high() {
        return high;
    }

    /** {@return the value without measurements, on a device with fast links} */
    public double generic() {
        return generic;
    }

    /** {@return how firmly a fit holds on to the value it starts from, relative to the other terms} */
    double firmness() {
        return firmness;
    }

    /** {@return position in the arrays that the fits work on} */
    @SuppressWarnings("EnumOrdinal") // dense arrays of one entry a constant; nothing outlives a run
    int index() {
        return ordinal();
    }
}
