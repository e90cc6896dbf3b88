package io.agentopt.runtime.llm.execute;

import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.llm.pack.ModelPack;

/** The inputs of a decoder on the CPU that say where tokens lie. */
interface PositionInputs extends AutoCloseable {
    /** {@return those that a model has} */
    static PositionInputs of(ModelPack.Decoder names, int rows, int capacity) {
        return names.lengths().isPresent()
                ? new LengthInputs(names.lengths().get(), rows)
                : new MaskInput(names.attentionMask(), rows, capacity);
    }

    /** Binds those of a prompt's tokens {@code from} to {@code to}, which go to the positions of these numbers. */
    void prompt(OrtBinding binding, int from, int to);

    /** Binds those of one token for each of some neighbouring rows, to go to the position {@code held[row]}. */
    void step(OrtBinding binding, int[] held, int first, int count);

    @Override
    void close();

    /** {@return positions of the longest row after a step} */
    static int total(int[] held, int first, int count) {
        int total = 0;
        for (int r = first; r < first + count; r++) total = Math.max(total, held[r] + 1);
        return total;
    }
}
