package io.agentopt.runtime.llm;

/** Hears tokens as they are generated, on the thread that called decode. An exception of it ends the decode. */
@FunctionalInterface
public interface TokenListener {
    /** Hears nothing. */
    TokenListener NONE = (index, id, text) -> {};

    /**
     * A token was generated.
     *
     * @param index from 0
     * @param id of the token, the stop token included
     * @param text that this token settles; the texts of all tokens make the answer
     */
    void token(int index, int id, String text);

    /** A token was generated; to be overridden by those who want its log-probabilities. */
    default void token(GeneratedToken token) {
        token(token.index(), token.id(), token.text());
    }
}
