package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.llm.kv.HostTensors;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.util.Objects;
import java.util.stream.LongStream;

/** The position of each row's last token, and how many positions the longest row has, as GroupQueryAttention takes them. */
final class CountsInput implements RunInput {
    private final ModelPack.Counts names;
    private final int lastRank; // [batch] or [batch, 1]
    private final OrtTensor last; // int32 [rows]
    private final OrtTensor total; // int32, one number
    private final OrtTensor index;

    CountsInput(ModelPack.Counts names, OrtSession session, int rows, HostTensors memory, Owned owned) {
        this.names = names;
        lastRank = rank(session, names.lastPositions());
        last = owned.add(memory.reserve(ElementType.INT32, rows));
        int totalRank = rank(session, names.total());
        total = owned.add(memory.reserve(
                ElementType.INT32, LongStream.generate(() -> 1).limit(totalRank).toArray()));
        index = owned.add(memory.reserve(ElementType.INT64, 1));
    }

    private static int rank(OrtSession session, String input) {
        return Objects.requireNonNull(session.inputs().get(input), input).rank(); // DecoderNames saw to it
    }

    @Override
    public void prompt(OrtBinding binding, int from, int to) {
        last.data().set(JAVA_INT, 0, to - 1);
        bind(binding, 1, to, to - from - 1);
    }

    @Override
    public void prompts(OrtBinding binding, int[] lengths) {
        for (int i = 0; i < lengths.length; i++) last.data().setAtIndex(JAVA_INT, i, lengths[i] - 1);
        int longest = RunInput.longest(lengths);
        bind(binding, lengths.length, longest, longest - 1);
    }

    @Override
    public void step(OrtBinding binding, int first, int count, int[] held) {
        for (int i = 0; i < count; i++) last.data().setAtIndex(JAVA_INT, i, held[first + i]);
        bind(binding, count, RunInput.longest(first, count, held), 0);
    }

    /** Binds it for a run of {@code width} positions of one row, from its start, of which one is scored. */
    void padded(OrtBinding binding, int width, int scored) {
        last.data().set(JAVA_INT, 0, width - 1);
        bind(binding, 1, width, scored);
    }

    private void bind(OrtBinding binding, int count, int positions, int lastIndex) {
        index.data().set(JAVA_LONG, 0, lastIndex);
        names.lastIndex().ifPresent(name -> binding.bindInput(name, index));
        total.data().set(JAVA_INT, 0, positions);
        try (OrtTensor view = lastRank == 1 ? last.view(0, count) : last.view(0, count, 1)) {
            binding.bindInput(names.lastPositions(), view);
        }
        binding.bindInput(names.total(), total);
    }
}
