package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.llm.pack.ModelPack;

/** Each row's length, the longest, and where the last token of the sequence is. */
final class LengthInputs implements PositionInputs {
    private final ModelPack.Lengths names;
    private final OrtTensor before; // int32 [rows]
    private final OrtTensor total; // int32 [1]
    private final OrtTensor last; // int64 [1]

    LengthInputs(ModelPack.Lengths names, int rows) {
        this.names = names;
        before = OrtTensor.allocate(ElementType.INT32, rows);
        total = OrtTensor.allocate(ElementType.INT32, 1);
        last = OrtTensor.allocate(ElementType.INT64, 1);
    }

    @Override
    public void prompt(OrtBinding binding, int from, int to) {
        before.data().set(JAVA_INT, 0, to - 1);
        bind(binding, 1, to, to - from - 1);
    }

    @Override
    public void step(OrtBinding binding, int[] held, int first, int count) {
        for (int r = first; r < first + count; r++) before.data().setAtIndex(JAVA_INT, r - first, held[r]);
        bind(binding, count, PositionInputs.total(held, first, count), 0);
    }

    private void bind(OrtBinding binding, int rows, int longest, int lastIndex) {
        total.data().set(JAVA_INT, 0, longest);
        last.data().set(JAVA_LONG, 0, lastIndex);
        try (OrtTensor lengths = before.view(0, rows)) {
            binding.bindInput(names.before(), lengths);
        }
        binding.bindInput(names.total(), total);
        binding.bindInput(names.last(), last);
    }

    @Override
    public void close() {
        before.close();
        total.close();
        last.close();
    }
}
