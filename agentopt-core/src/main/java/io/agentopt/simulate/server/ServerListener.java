package io.agentopt.simulate.server;

/** Hears what becomes of a request: exactly one of {@link #finished} and {@link #refused}. */
public interface ServerListener {
    /** The first token is out. Heard at most once a server. */
    default void firstToken(LlmRequest request, double seconds) {}

    /** All tokens are out. */
    void finished(LlmRequest request, RequestTimes times);

    /** It ended without all its tokens. */
    void refused(LlmRequest request, Refusal why, double seconds);
}
