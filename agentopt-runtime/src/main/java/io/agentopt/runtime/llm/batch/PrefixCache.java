package io.agentopt.runtime.llm.batch;

import io.agentopt.runtime.llm.kv.KvRows;

/** Remembers the keys and values of prompts, so that a later prompt with the same beginning need not compute them again. Only the device's thread calls. */
public interface PrefixCache extends AutoCloseable {
    /** Remembers nothing. */
    PrefixCache NONE = new PrefixCache() {
        @Override
        public int restore(KvRows rows, int row, int[] tokens) {
            return 0;
        }

        @Override
        public void remember(KvRows rows, int row, int[] tokens, int held) {}

        @Override
        public void close() {}
    };

    /**
     * Copies what is known of a prompt into an empty row.
     *
     * @return positions restored; less than the prompt has, because the last token must run to give scores
     */
    int restore(KvRows rows, int row, int[] tokens);

    /** Remembers the first {@code held} positions of a row, which are those of {@code tokens}. */
    void remember(KvRows rows, int row, int[] tokens, int held);

    @Override
    void close();
}
