package io.agentopt.runtime.llm.error;

/** Bytes that are no KV cache, a damaged one, or one that does not fit this engine. */
public final class KvFormatException extends LlmException {
    private static final long serialVersionUID = 1;

    public KvFormatException(String message) {
        super(message);
    }
}
