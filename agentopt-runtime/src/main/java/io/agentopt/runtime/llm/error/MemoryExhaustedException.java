package io.agentopt.runtime.llm.error;

/** The machine or device had no memory left for a request. */
public final class MemoryExhaustedException extends LlmException {
    private static final long serialVersionUID = 1;

    /** @param what was done, as the subject of a sentence */
    public MemoryExhaustedException(String what, OutOfMemoryError cause) {
        super(
                what + " ran out of memory: " + cause.getMessage()
                        + " Open the engine with fewer slots, a smaller context, prefill chunk or prefix cache, or give the machine more"
                        + " memory.",
                cause);
    }
}
