package io.agentopt.runtime.backend.ort;

import java.util.List;

/**
 * An operator of our own within ONNX Runtime's sessions, computed by one provider for one type of elements. Its node is called whenever ONNX Runtime runs
 * it; replays of a CUDA graph do not come here.
 */
interface CustomOp {
    /**
     * A tensor that ONNX Runtime owns; valid during the call.
     *
     * @param address of its first element, in the provider's memory
     */
    record Operand(long address, long[] shape) {}

    /** {@return its name in the domain} */
    String name();

    /** {@return how many inputs it has; it has one output} */
    int inputs();

    /** {@return the type of all inputs and of the output} */
    ElementType type();

    /** {@return which provider computes it, by ONNX Runtime's name} */
    String provider();

    /**
     * {@return the output's shape}
     *
     * @param inputs their shapes; negative sizes are unknown, when a model is loaded
     * @throws IllegalArgumentException if it has no such inputs
     */
    long[] shape(List<long[]> inputs);

    /** Gets ready to compute, when a session makes a node of it: once a node. */
    void prepare();

    /**
     * Computes.
     *
     * @param stream the provider's handle on which work is to be queued; 0 if it has none
     */
    void compute(List<Operand> inputs, Operand output, long stream);
}
