package io.agentopt.workload;

import java.util.Arrays;

/**
 * What a prompt begins with, as hashes of its blocks of tokens: prompts whose first hashes are equal share their first tokens. Each hash
 * stands for its block and all before it. The last block may be partly filled.
 */
public final class PrefixBlocks {
    /** A prompt that shares nothing. */
    public static final PrefixBlocks NONE = new PrefixBlocks(1);

    private final int blockTokens;
    private final long[] hashes;

    /**
     * The hashes of a prompt.
     *
     * @param blockTokens tokens of a block, at least 1
     * @param hashes one a block, in order
     */
    public PrefixBlocks(int blockTokens, long... hashes) {
        if (blockTokens < 1) {
            throw new IllegalArgumentException("The blockTokens (" + blockTokens + ") of a prefix must be at least 1.");
        }
        this.blockTokens = blockTokens;
        this.hashes = hashes.clone();
    }

    /** {@return tokens of a block} */
    public int blockTokens() {
        return blockTokens;
    }

    /** {@return number of blocks} */
    public int size() {
        return hashes.length;
    }

    /** {@return the hash of a block} */
    public long hash(int block) {
        return hashes[block];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PrefixBlocks p && p.blockTokens == blockTokens && Arrays.equals(p.hashes, hashes);
    }

    @Override
    public int hashCode() {
        return 31 * blockTokens + Arrays.hashCode(hashes);
    }

    @Override
    public String toString() {
        return hashes.length + " blocks of " + blockTokens + " tokens";
    }
}
