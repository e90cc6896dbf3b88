package io.agentopt.runtime.llm.batch;

import io.agentopt.runtime.llm.kv.KvRows;

/**
 * Remembers the keys and values of prompts, so that a prompt with the same beginning need not compute them again. Only the
 * device's thread calls. It is asked before and told after every chunk, so that prompts that are filled at the same time
 * compute what they share once. It never fails a request: what cannot be kept or copied is computed.
 */
public interface PrefixCache extends AutoCloseable {
    /** Remembers nothing. */
    PrefixCache NONE = new PrefixCache() {
        @Override
        public int restore(KvRows rows, int row, int[] tokens, int held, int most) {
            return held;
        }

        @Override
        public void remember(KvRows rows, int row, int[] tokens, int held) {}

        @Override
        public boolean keepsAnswers() {
            return false;
        }

        @Override
        public void close() {}
    };

    /**
     * Copies what is known of a prompt behind the positions that its row holds.
     *
     * @param held positions that the row holds, a multiple of the chunk size
     * @param most positions to copy, a multiple of the chunk size
     * @return positions that it holds now; less than the prompt has, because the last token must run to give scores
     */
    int restore(KvRows rows, int row, int[] tokens, int held, int most);

    /** Remembers the first {@code held} positions of a row, which are those of {@code tokens}; what is known already costs nothing. */
    void remember(KvRows rows, int row, int[] tokens, int held);

    /**
     * {@return whether it wants positions that were computed token by token, or received, too}  They differ from those of a prefill
     * by rounding, so that what is computed behind them does too.
     */
    boolean keepsAnswers();

    @Override
    void close();
}
