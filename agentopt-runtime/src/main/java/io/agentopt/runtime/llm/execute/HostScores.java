package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.llm.kv.HostTensors;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;

/** Scores in host memory, of which the host chooses. */
final class HostScores implements RunScores {
    private final int vocab;
    private final OrtTensor steps; // [rows * vocab], as the model writes them
    private final Optional<OrtTensor> widened; // float32, if it does not
    private final PromptScores prompts;
    private final boolean[] fromPrompt; // by row

    /**
     * Reserves the memory.
     *
     * @param written what the model writes: float32 or float16
     * @param owned gets the memory, also if there is not enough of it
     */
    HostScores(int rows, int vocab, ElementType written, HostTensors memory, Owned owned) {
        this.vocab = vocab;
        steps = owned.add(memory.reserve(written, (long) rows * vocab));
        widened = written == ElementType.FLOAT32
                ? Optional.empty()
                : Optional.of(owned.add(memory.reserve(ElementType.FLOAT32, (long) rows * vocab)));
        prompts = owned.add(new PromptScores(rows, vocab, true, written, memory));
        fromPrompt = new boolean[rows];
    }

    @Override
    public void step(int[] asked, Consumer<OrtTensor> run) {
        try (OrtTensor all = steps.view(0, fromPrompt.length, 1, vocab)) {
            run.accept(all);
        }
        for (int row : asked) {
            fromPrompt[row] = false;
            if (widened.isEmpty()) continue;
            MemorySegment halves = steps.data().asSlice((long) row * vocab * ElementType.FLOAT16.bytes());
            HalfScores.widen(halves, ofStep(row), vocab);
        }
    }

    @Override
    public void prompt(int row, Consumer<OrtTensor> run) {
        prompts.during(row, 1, run);
        fromPrompt[row] = true;
    }

    @Override
    public MemorySegment of(int row) {
        return fromPrompt[row] ? prompts.of(row).data() : ofStep(row);
    }

    private MemorySegment ofStep(int row) {
        long bytes = vocab * JAVA_FLOAT.byteSize();
        return widened.orElse(steps).data().asSlice(row * bytes, bytes);
    }

    @Override
    public void set(int row, MemorySegment values) {
        prompts.of(row).data().copyFrom(values);
        fromPrompt[row] = true;
    }

    @Override
    public int best(int row) {
        return HighestScore.of(of(row), vocab);
    }

    @Override
    public void close() {
        // its memory has an owner
    }
}
