package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.llm.kv.HostTensors;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Scores of each row's last prompt position in host memory, float32. Models that score every position, or write float16, get room
 * for all of a run.
 */
final class PromptScores implements AutoCloseable {
    private final int vocab;
    private final boolean lastOnly;
    private final ElementType written;
    private final HostTensors memory;
    private final @Nullable OrtTensor[] last; // by row
    private @Nullable OrtTensor all; // [positions * vocab], grown

    /** @param written what the model writes: float32 or float16 */
    PromptScores(int rows, int vocab, boolean lastOnly, ElementType written, HostTensors memory) {
        this.vocab = vocab;
        this.lastOnly = lastOnly;
        this.written = written;
        this.memory = memory;
        last = new OrtTensor[rows];
    }

    /** {@return float32 [vocab] of a row} */
    OrtTensor of(int row) {
        OrtTensor found = last[row];
        if (found == null) last[row] = found = memory.reserve(ElementType.FLOAT32, vocab);
        return found;
    }

    /** Runs with room for the scores of so many positions of one row, [1, positions, vocab], and keeps the last ones. */
    void during(int row, int positions, Consumer<OrtTensor> run) {
        OrtTensor kept = of(row);
        boolean direct = lastOnly && written == ElementType.FLOAT32;
        int scored = lastOnly ? 1 : positions;
        try (OrtTensor scores =
                direct ? kept.view(0, 1, 1, vocab) : room(scored).view(0, 1, scored, vocab)) {
            run.accept(scores);
            if (direct) return;
            keep(scores, scored - 1L, row);
        }
    }

    private void keep(OrtTensor scores, long position, int row) {
        MemorySegment last = scores.data().asSlice(position * vocab * written.bytes());
        if (written == ElementType.FLOAT16) HalfScores.widen(last, of(row).data(), vocab);
        else MemorySegment.copy(last, 0, of(row).data(), 0, vocab * JAVA_FLOAT.byteSize());
    }

    /**
     * Runs with room for the scores of whole prompts in neighbouring rows, [prompts, positions, vocab], and keeps the last
     * ones of each.
     *
     * @param lengths by prompt; runs that score only the last position take equal ones
     */
    void during(int firstRow, int[] lengths, Consumer<OrtTensor> run) {
        for (int i = 0; i < lengths.length; i++) of(firstRow + i); // memory for all or for none
        int each = lastOnly ? 1 : RunInput.longest(lengths);
        try (OrtTensor scores = room(lengths.length * each).view(0, lengths.length, each, vocab)) {
            run.accept(scores);
            for (int i = 0; i < lengths.length; i++) {
                keep(scores, (long) i * each + (lastOnly ? 0 : lengths[i] - 1), firstRow + i);
            }
        }
    }

    private OrtTensor room(int positions) {
        OrtTensor found = all;
        long elements = (long) positions * vocab;
        if (found != null && found.data().byteSize() >= elements * written.bytes()) return found;
        if (found != null) found.close();
        all = null; // if there is no memory for more, the next run starts anew
        all = found = memory.reserve(written, elements);
        return found;
    }

    @Override
    public void close() {
        for (OrtTensor t : last) if (t != null) t.close();
        if (all != null) all.close();
    }
}
