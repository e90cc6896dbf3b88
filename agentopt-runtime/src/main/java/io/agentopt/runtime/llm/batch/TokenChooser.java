package io.agentopt.runtime.llm.batch;

import io.agentopt.runtime.llm.execute.Draw;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Chooses the tokens of one answer. Only the device's thread calls, token after token. */
public interface TokenChooser {
    /** {@return how the next token follows from its scores; empty if it takes more than {@link Draw} says} */
    Optional<Draw> draw();

    /**
     * {@return the next token}
     *
     * @param scores float32 [vocab]; not to be kept
     * @param owner of the scores, as the subject of a sentence
     * @throws io.agentopt.runtime.llm.error.LlmException if scores are no numbers or leave no choice
     */
    int choose(MemorySegment scores, String owner);

    /** Tells the next token, which was taken by its {@link #draw}. */
    default void taken(int token) {}

    /** {@return whether the answer ends with the token that was chosen last, although it is no stop token} */
    default boolean isFinished() {
        return false;
    }
}
