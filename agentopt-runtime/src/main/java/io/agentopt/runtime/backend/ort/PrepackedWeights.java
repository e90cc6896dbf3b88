package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Weights that several sessions of one model share: each is one tensor, given to every session in place of the model's own, and
 * so is the copy of it in the order that kernels want. ONNX Runtime shares that copy only of weights that were added here. Give
 * it to {@link SessionSettings#sharing}; sessions keep it open, and it keeps the tensors open.
 */
public final class PrepackedWeights extends OrtHandle {
    private final Map<String, Weight> weights = new LinkedHashMap<>(); // guarded by itself

    private record Weight(OrtTensor tensor, MemorySegment raw) {}

    private PrepackedWeights(OrtEnvironment environment, MemorySegment raw) {
        super(environment, "prepacked weights", raw);
    }

    /** {@return an empty one} */
    public static PrepackedWeights create() {
        OrtEnvironment environment = OrtEnvironment.get();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            environment.api().call(OrtFunction.CREATE_PREPACKED, out);
            return new PrepackedWeights(environment, out.get(ADDRESS, 0));
        }
    }

    /**
     * Adds a weight for sessions that are opened from now on; the tensor may be closed after that.
     *
     * @param name of the initialiser in the model
     * @param weight of the type and shape that the model says; ONNX Runtime does not compare them
     * @throws IllegalArgumentException if there is one of that name
     */
    public void add(String name, OrtTensor weight) {
        enter();
        try {
            synchronized (weights) {
                if (weights.containsKey(name)) {
                    throw new IllegalArgumentException("The shared weight '" + name + "' is there already.");
                }
                weights.put(name, new Weight(weight, weight.enter())); // held until this is freed
            }
        } finally {
            exit();
        }
    }

    /** Puts the weights into a session's options. */
    void apply(OrtApi api, Arena scratch, MemorySegment options) {
        synchronized (weights) {
            weights.forEach(
                    (name, w) -> api.call(OrtFunction.ADD_INITIALIZER, options, scratch.allocateFrom(name), w.raw()));
        }
    }

    @Override
    void free(MemorySegment handle) {
        environment().api().release(OrtFunction.RELEASE_PREPACKED, handle);
        synchronized (weights) {
            weights.values().forEach(w -> w.tensor().exit());
            weights.clear();
        }
    }
}
