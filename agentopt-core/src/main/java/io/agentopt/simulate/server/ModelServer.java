package io.agentopt.simulate.server;

/** Takes requests: one server, or several behind a rule. */
public interface ModelServer {
    /**
     * Gives it a request now.
     *
     * @param listener hears of the request's end, exactly once, never during this call
     */
    void submit(LlmRequest request, ServerListener listener);

    /** {@return requests that were submitted and have not ended} */
    int outstanding();
}
