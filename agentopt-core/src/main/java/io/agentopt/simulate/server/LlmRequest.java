package io.agentopt.simulate.server;

import io.agentopt.workload.PrefixBlocks;
import io.agentopt.workload.TracedRequest;
import java.util.Objects;

/**
 * What a server is asked for.
 *
 * @param id the caller's own number for it
 * @param promptTokens tokens of the prompt, at least 1
 * @param outputTokens tokens of the completion, at least 1; the server learns it only when the last one is out
 * @param prefix hashes of the prompt's blocks, or {@link PrefixBlocks#NONE}
 */
public record LlmRequest(int id, int promptTokens, int outputTokens, PrefixBlocks prefix) {
    public LlmRequest {
        Objects.requireNonNull(prefix, "prefix");
        if (promptTokens < 1 || outputTokens < 1) {
            throw new IllegalArgumentException("The prompt (" + promptTokens + " tokens) and the output ("
                    + outputTokens + " tokens) of request " + id + " must be at least 1 token each.");
        }
    }

    /** A request that shares nothing with others. */
    public LlmRequest(int id, int promptTokens, int outputTokens) {
        this(id, promptTokens, outputTokens, PrefixBlocks.NONE);
    }

    /** {@return a request of a trace} */
    public static LlmRequest of(int id, TracedRequest request) {
        return new LlmRequest(id, request.promptTokens(), request.outputTokens(), request.prefix());
    }
}
