package io.agentopt.runtime.llm.kv;

/** Keys and values of some positions, kept outside of any row. Made and understood by one {@link KvRows}. */
public interface KvBlock extends AutoCloseable {
    int positions();

    long bytes();

    /** Gives the memory back. */
    @Override
    void close();
}
