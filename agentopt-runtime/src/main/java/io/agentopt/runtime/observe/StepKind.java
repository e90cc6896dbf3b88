package io.agentopt.runtime.observe;

import java.util.Locale;

/** What a granular operator does, as far as an observer cares. */
public enum StepKind {
    /** An LLM call in one step. */
    GENERATE(true),
    /** The common beginning of several prompts. */
    PREFIX(true),
    PREFILL(true),
    DECODE(true),
    KV_TRANSFER(true),
    EMBED(true),
    SEARCH(true),
    /** An LLM call that somebody else answers. */
    ENDPOINT(true),
    RERANK(true),
    TRANSCRIBE(true),
    SYNTHESIZE(true),
    INFER(true),
    KERNEL(true),
    /** An operator of the user's own kind. */
    CUSTOM(true),
    TOOL(true),
    MEMORY_LOAD(true),
    MEMORY_STORE(true),
    TRANSFER(false),
    TRANSFORM(false);

    private final boolean work;

    StepKind(boolean work) {
        this.work = work;
    }

    /** {@return whether time in it is the agent's work (models, search, tools, memories) and not glue between that} */
    public boolean isWork() {
        return work;
    }

    /** {@return whether it moves a value between devices; the plan predicts such a step with its edge, not with its operator} */
    public boolean isTransfer() {
        return this == KV_TRANSFER || this == TRANSFER;
    }

    /** {@return the word in reports, such as {@code kv_transfer}} */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
