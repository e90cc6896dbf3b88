package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.llm.kv.HostTensors;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Scores of each row's last prompt position in host memory. Runs that score more than that get room for all of it. */
final class PromptScores implements AutoCloseable {
    private final int vocab;
    private final boolean lastOnly;
    private final HostTensors memory;
    private final @Nullable OrtTensor[] last; // by row
    private @Nullable OrtTensor all; // [positions * vocab], grown

    PromptScores(int rows, int vocab, boolean lastOnly, HostTensors memory) {
        this.vocab = vocab;
        this.lastOnly = lastOnly;
        this.memory = memory;
        last = new OrtTensor[rows];
    }

    /** {@return float32 [vocab] of a row} */
    OrtTensor of(int row) {
        OrtTensor found = last[row];
        if (found == null) last[row] = found = memory.reserve(ElementType.FLOAT32, vocab);
        return found;
    }

    /** Runs with room for the scores of so many positions of one row, float32 [1, positions, vocab], and keeps the last ones. */
    void during(int row, int positions, Consumer<OrtTensor> run) {
        OrtTensor kept = of(row);
        try (OrtTensor scores =
                lastOnly ? kept.view(0, 1, 1, vocab) : room(positions).view(0, 1, positions, vocab)) {
            run.accept(scores);
            if (!lastOnly) {
                long bytes = vocab * JAVA_FLOAT.byteSize();
                MemorySegment.copy(scores.data(), (positions - 1) * bytes, kept.data(), 0, bytes);
            }
        }
    }

    /**
     * Runs with room for the scores of whole prompts in neighbouring rows, float32 [prompts, positions, vocab], and keeps the last
     * ones of each.
     *
     * @param lengths by prompt; runs that score only the last position take equal ones
     */
    void during(int firstRow, int[] lengths, Consumer<OrtTensor> run) {
        for (int i = 0; i < lengths.length; i++) of(firstRow + i); // memory for all or for none
        int each = lastOnly ? 1 : RunInput.longest(lengths);
        try (OrtTensor scores = room(lengths.length * each).view(0, lengths.length, each, vocab)) {
            run.accept(scores);
            long bytes = vocab * JAVA_FLOAT.byteSize();
            for (int i = 0; i < lengths.length; i++) {
                long at = (long) i * each + (lastOnly ? 0 : lengths[i] - 1);
                MemorySegment.copy(scores.data(), at * bytes, of(firstRow + i).data(), 0, bytes);
            }
        }
    }

    private OrtTensor room(int positions) {
        OrtTensor found = all;
        long elements = (long) positions * vocab;
        if (found != null && found.data().byteSize() >= elements * JAVA_FLOAT.byteSize()) return found;
        if (found != null) found.close();
        all = null; // if there is no memory for more, the next run starts anew
        all = found = memory.reserve(ElementType.FLOAT32, elements);
        return found;
    }

    @Override
    public void close() {
        for (OrtTensor t : last) if (t != null) t.close();
        if (all != null) all.close();
    }
}
