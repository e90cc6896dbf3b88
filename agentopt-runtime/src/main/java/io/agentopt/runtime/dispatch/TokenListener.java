package io.agentopt.runtime.dispatch;

/** Hears the text of LLM calls while it is generated. What it throws is logged once and does not fail the run. */
@FunctionalInterface
public interface TokenListener {
    /**
     * A piece of text, in order within one call; calls of parallel nodes interleave.
     *
     * @param path of the generate node, such as {@code think/generate}
     * @param text one or more tokens as text
     */
    void token(String path, String text);

    /** {@return a listener that hears nothing} */
    static TokenListener none() {
        return (path, text) -> {};
    }
}
