package io.agentopt.simulate.server;

import io.agentopt.workload.PrefixBlocks;
import java.util.ArrayList;
import java.util.List;

/** A request on a server: its tokens, its blocks and its times. */
final class Sequence {
    final LlmRequest request;
    final ServerListener listener;
    final double arrival;
    double scheduled = Double.NaN;
    double firstToken = Double.NaN;
    /** Tokens made so far, here or before the hand-over. */
    int generated;
    /** Tokens with KV entries. */
    int computed;
    /** Tokens that the iteration underway computes. */
    int underway;

    private final List<KvPool.Shared> shared = new ArrayList<>(0);
    private int ownBlocks;

    Sequence(LlmRequest request, ServerListener listener, double arrival) {
        this.request = request;
        this.listener = listener;
        this.arrival = arrival;
    }

    /** {@return tokens that there are: prompt and made ones} */
    int tokens() {
        return request.promptTokens() + generated;
    }

    /** {@return tokens that no iteration has computed yet: 1 while it decodes} */
    int pending() {
        return tokens() - computed;
    }

    /** {@return tokens made when a server of that role is done with it} */
    int target(ServerRole role) {
        return role == ServerRole.PREFILL_ONLY ? 1 : request.outputTokens();
    }

    boolean decodes() {
        return computed > 0 && pending() == 1;
    }

    /** Takes the blocks for so many tokens; {@return false if the pool has too few}. */
    boolean hold(KvPool pool, int tokens) {
        int needed = ServerSettings.blocks(tokens - sharedTokens()) - ownBlocks;
        if (needed <= 0) return true;
        if (!pool.take(needed)) return false;
        ownBlocks += needed;
        return true;
    }

    /** Uses what the cache has of the prompt, all but its last token at most; {@return the tokens found}. */
    int findPrefix(KvPool pool) {
        PrefixBlocks prefix = request.prefix();
        int most = Math.min(prefix.size(), (request.promptTokens() - 1) / prefix.blockTokens());
        while (shared.size() < most) {
            KvPool.Shared found = pool.use(prefix.hash(shared.size()));
            if (found == null) break;
            shared.add(found);
        }
        computed = sharedTokens();
        return computed;
    }

    /** Shares the full blocks of the prompt that are computed. */
    void sharePrefix(KvPool pool) {
        PrefixBlocks prefix = request.prefix();
        int full = Math.min(prefix.size(), Math.min(computed, request.promptTokens()) / prefix.blockTokens());
        int blocks = prefix.blockTokens() / ServerSettings.BLOCK_TOKENS;
        while (shared.size() < full) {
            ownBlocks -= blocks;
            shared.add(pool.share(prefix.hash(shared.size()), blocks));
        }
    }

    /** Gives all blocks back; what was computed is lost but for what the cache keeps. */
    void drop(KvPool pool) {
        pool.giveBack(ownBlocks);
        ownBlocks = 0;
        for (int i = shared.size() - 1; i >= 0; i--) pool.leave(shared.get(i)); // ends of prompts are evicted first
        shared.clear();
        computed = 0;
        underway = 0;
    }

    private int sharedTokens() {
        return shared.size() * request.prefix().blockTokens();
    }
}
