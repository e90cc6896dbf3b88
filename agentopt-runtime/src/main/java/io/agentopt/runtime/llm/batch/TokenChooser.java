package io.agentopt.runtime.llm.batch;

import java.lang.foreign.MemorySegment;

/** Chooses the tokens of one answer. Only the device's thread calls, token after token. */
public interface TokenChooser {
    /** {@return whether the next token is simply the one with the highest score, whatever came before} */
    boolean takesHighest();

    /**
     * {@return the next token}
     *
     * @param scores float32 [vocab]; not to be kept
     * @param owner of the scores, as the subject of a sentence
     * @throws io.agentopt.runtime.llm.error.LlmException if scores are no numbers or leave no choice
     */
    int choose(MemorySegment scores, String owner);

    /** Tells a token that was taken because {@link #takesHighest}. */
    default void taken(int token) {}

    /** {@return whether the answer ends with the token that was chosen last, although it is no stop token} */
    default boolean isFinished() {
        return false;
    }
}
