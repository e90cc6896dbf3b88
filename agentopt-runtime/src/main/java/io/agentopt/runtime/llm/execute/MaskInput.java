package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtTensor;
import java.lang.foreign.MemorySegment;

/** A mask of ones, and of zeros behind the shorter rows. */
final class MaskInput implements PositionInputs {
    private final String name;
    private final OrtTensor mask; // int64 [rows * capacity]
    private final OrtTensor ones; // int64 [capacity]

    MaskInput(String name, int rows, int capacity) {
        this.name = name;
        mask = OrtTensor.reserve(ElementType.INT64, (long) rows * capacity);
        ones = OrtTensor.allocate(ElementType.INT64, capacity);
        for (int i = 0; i < capacity; i++) ones.data().setAtIndex(JAVA_LONG, i, 1);
    }

    @Override
    public void prompt(OrtBinding binding, int from, int to) {
        try (OrtTensor known = ones.view(0, 1, to)) {
            binding.bindInput(name, known);
        }
    }

    @Override
    public void step(OrtBinding binding, int[] held, int first, int count) {
        int total = PositionInputs.total(held, first, count);
        for (int r = first; r < first + count; r++) {
            long at = (long) (r - first) * total * JAVA_LONG.byteSize(), known = held[r] + 1;
            MemorySegment.copy(ones.data(), 0, mask.data(), at, known * JAVA_LONG.byteSize());
            mask.data()
                    .asSlice(at + known * JAVA_LONG.byteSize(), (total - known) * JAVA_LONG.byteSize())
                    .fill((byte) 0);
        }
        try (OrtTensor known = mask.view(0, count, total)) {
            binding.bindInput(name, known);
        }
    }

    @Override
    public void close() {
        mask.close();
        ones.close();
    }
}
