package io.agentopt.simulate.server;

import java.util.Objects;
import java.util.function.DoubleUnaryOperator;

/**
 * How a server is set up; names as in vLLM where it has them.
 *
 * @param maxSequences sequences that run at a time (max_num_seqs)
 * @param maxBatchedTokens tokens of an iteration (max_num_batched_tokens), at least {@code maxSequences}
 * @param kvBlocks KV blocks of {@link #BLOCK_TOKENS} tokens that the device holds
 * @param prefixCaching whether blocks of prompts are kept for later prompts
 * @param scheduleAhead whether an iteration is decided on while the one before runs (async scheduling)
 * @param role which part of a request it does
 * @param handOffSeconds seconds to hand over the KV entries of so many tokens, for a server that only prefills
 * @param onFailure what becomes of its requests when it fails
 */
public record ServerSettings(
        int maxSequences,
        int maxBatchedTokens,
        int kvBlocks,
        boolean prefixCaching,
        boolean scheduleAhead,
        ServerRole role,
        DoubleUnaryOperator handOffSeconds,
        FailurePolicy onFailure) {
    /** Tokens of a KV block, as in vLLM. */
    public static final int BLOCK_TOKENS = 16;

    private static final int MOST_BLOCKS = 1 << 26;

    public ServerSettings {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(handOffSeconds, "handOffSeconds");
        Objects.requireNonNull(onFailure, "onFailure");
        if (maxSequences < 1 || kvBlocks < 1) {
            throw new IllegalArgumentException("The maxSequences (" + maxSequences + ") and kvBlocks (" + kvBlocks
                    + ") of a server must be at least 1.");
        }
        if (kvBlocks > MOST_BLOCKS) {
            throw new IllegalArgumentException("The kvBlocks (" + kvBlocks + ") of a server must be at most "
                    + MOST_BLOCKS + ": more tokens than can be counted.");
        }
        if (maxBatchedTokens < maxSequences) {
            throw new IllegalArgumentException("The maxBatchedTokens (" + maxBatchedTokens
                    + ") of a server must be at least its maxSequences (" + maxSequences
                    + "), or some sequences would never get a token.");
        }
    }

    /** {@return a server that prefills and decodes, with prefix caching and without scheduling ahead, whose requests wait if it fails} */
    public static ServerSettings of(int maxSequences, int maxBatchedTokens, int kvBlocks) {
        return new ServerSettings(
                maxSequences, maxBatchedTokens, kvBlocks, true, false, ServerRole.BOTH, _ -> 0, FailurePolicy.REQUEUE);
    }

    /** {@return this server without a prefix cache, or with one} */
    public ServerSettings prefixCaching(boolean kept) {
        return new ServerSettings(
                maxSequences, maxBatchedTokens, kvBlocks, kept, scheduleAhead, role, handOffSeconds, onFailure);
    }

    /** {@return this server with only prefill, handing over KV entries in a time that depends on their tokens} */
    public ServerSettings prefillOnly(DoubleUnaryOperator secondsByTokens) {
        return new ServerSettings(
                maxSequences,
                maxBatchedTokens,
                kvBlocks,
                prefixCaching,
                scheduleAhead,
                ServerRole.PREFILL_ONLY,
                secondsByTokens,
                onFailure);
    }

    /** {@return this server, deciding on iterations ahead or not; vLLM does by default since 0.14} */
    public ServerSettings scheduleAhead(boolean ahead) {
        return new ServerSettings(
                maxSequences, maxBatchedTokens, kvBlocks, prefixCaching, ahead, role, handOffSeconds, onFailure);
    }

    /** {@return this server with only decode} */
    public ServerSettings decodeOnly() {
        return new ServerSettings(
                maxSequences,
                maxBatchedTokens,
                kvBlocks,
                false,
                scheduleAhead,
                ServerRole.DECODE_ONLY,
                _ -> 0,
                onFailure);
    }

    /** {@return this server with another policy} */
    public ServerSettings onFailure(FailurePolicy policy) {
        return new ServerSettings(
                maxSequences, maxBatchedTokens, kvBlocks, prefixCaching, scheduleAhead, role, handOffSeconds, policy);
    }

    /** {@return KV blocks of a sequence of so many tokens} */
    static int blocks(long tokens) {
        return (int) Math.min(Integer.MAX_VALUE, (tokens + BLOCK_TOKENS - 1) / BLOCK_TOKENS);
    }
}
