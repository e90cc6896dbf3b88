package io.agentopt.workload;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * A request to a language model as a trace holds it.
 *
 * @param arrivalSeconds when it came, s after the beginning of the trace
 * @param promptTokens tokens of the prompt, at least 1
 * @param outputTokens tokens of the completion, at least 1
 * @param prefix hashes of the prompt's blocks, or {@link PrefixBlocks#NONE}
 * @param session which conversation or episode it belongs to, if the trace says so
 */
public record TracedRequest(
        double arrivalSeconds, int promptTokens, int outputTokens, PrefixBlocks prefix, OptionalLong session) {
    public TracedRequest {
        Objects.requireNonNull(prefix, "prefix");
        Objects.requireNonNull(session, "session");
        if (!(arrivalSeconds >= 0) || Double.isInfinite(arrivalSeconds)) {
            throw new IllegalArgumentException(
                    "The arrival (" + arrivalSeconds + " s) of a request must be finite and not negative.");
        }
        if (promptTokens < 1 || outputTokens < 1) {
            throw new IllegalArgumentException(
                    "The prompt (" + promptTokens + " tokens) and the output (" + outputTokens
                            + " tokens) of the request at " + arrivalSeconds + " s must be at least 1 token each.");
        }
        long blocks = (promptTokens - 1L) / prefix.blockTokens() + 1;
        if (prefix.size() > blocks) {
            throw new IllegalArgumentException("The request at " + arrivalSeconds + " s has " + prefix.size()
                    + " prefix blocks, more than the " + blocks + " of its " + promptTokens + " prompt tokens.");
        }
    }

    /** A request that shares nothing with others. */
    public TracedRequest(double arrivalSeconds, int promptTokens, int outputTokens) {
        this(arrivalSeconds, promptTokens, outputTokens, PrefixBlocks.NONE, OptionalLong.empty());
    }
}
