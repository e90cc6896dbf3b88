package io.agentopt.simulate.server;

import java.util.Arrays;

/**
 * What one iteration of an engine does: a token for each sequence that decodes, and chunks of prompts. One object is used again for every
 * iteration, so that none is made.
 */
public final class IterationWork {
    private int decodes;
    private long decodeContext;
    private int chunks;
    private int prefillTokens;
    private int[] newTokens = new int[8];
    private int[] contextBefore = new int[8];

    /** Makes it empty. */
    public void clear() {
        decodes = 0;
        decodeContext = 0;
        chunks = 0;
        prefillTokens = 0;
    }

    /** Adds sequences that decode a token each, with the tokens that these attend to, themselves included, all together. */
    public void addDecodes(int sequences, long contextTokens) {
        decodes += sequences;
        decodeContext += contextTokens;
    }

    /** Adds a chunk of a prompt: its tokens, and those of its sequence that are computed already. */
    public void addChunk(int tokens, int before) {
        if (chunks == newTokens.length) {
            newTokens = Arrays.copyOf(newTokens, 2 * chunks);
            contextBefore = Arrays.copyOf(contextBefore, 2 * chunks);
        }
        newTokens[chunks] = tokens;
        contextBefore[chunks++] = before;
        prefillTokens += tokens;
    }

    /** {@return sequences that decode} */
    public int decodes() {
        return decodes;
    }

    /** {@return tokens that the decoding sequences attend to, all together} */
    public long decodeContextTokens() {
        return decodeContext;
    }

    /** {@return number of prompt chunks} */
    public int chunks() {
        return chunks;
    }

    /** {@return tokens of a chunk} */
    public int chunkTokens(int chunk) {
        return newTokens[chunk];
    }

    /** {@return tokens of the chunk's sequence that are computed already} */
    public int chunkContext(int chunk) {
        return contextBefore[chunk];
    }

    /** {@return tokens of all chunks} */
    public int prefillTokens() {
        return prefillTokens;
    }

    /** {@return tokens that pass through the layers} */
    public int tokens() {
        return decodes + prefillTokens;
    }

    /** {@return sequences in the iteration; the engine works out logits for the last token of each, of unfinished prompts too} */
    public int sequences() {
        return decodes + chunks;
    }
}
