package io.agentopt.runtime.llm.execute;

import io.agentopt.runtime.backend.ort.OrtTensor;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** Scores that runs leave, by row: those of the last step over the whole table, or those of a row's last prompt. */
sealed interface RunScores extends AutoCloseable permits HostScores, DeviceScores {
    /** Runs a step with room for the scores of all rows, [rows, 1, vocab] as the model writes them; they become those of the rows that were asked for. */
    void step(int[] asked, Consumer<OrtTensor> run);

    /** Runs a prompt with room for the scores of its last token, [1, 1, vocab], which become those of the row. */
    void prompt(int row, Consumer<OrtTensor> run);

    /** {@return float32 [vocab], readable by the host, until the row's next} */
    MemorySegment of(int row);

    /** Gives a row other scores. */
    void set(int row, MemorySegment values);

    /** {@return the id with the highest score, the lowest on a tie; -1 if scores are not numbers} */
    int best(int row);

    @Override
    void close();
}
