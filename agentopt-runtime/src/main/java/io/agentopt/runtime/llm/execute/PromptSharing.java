package io.agentopt.runtime.llm.execute;

/** Which whole prompts an executor fills in one run, padded behind to the longest. */
public enum PromptSharing {
    /** One at a time. */
    NONE,
    /** Prompts of one length: the model scores the last position of a run only, which padding would be. */
    EQUAL_LENGTHS,
    /** Any. */
    ANY_LENGTHS;

    /** {@return whether prompts of these lengths may share a run} */
    public boolean allows(int length, int other) {
        return switch (this) {
            case NONE -> false;
            case EQUAL_LENGTHS -> length == other;
            case ANY_LENGTHS -> true;
        };
    }
}
