package io.agentopt.runtime.llm.error;

import java.time.Duration;

/** All KV cache slots of an engine stayed taken for as long as a request may wait. */
public final class CacheExhaustedException extends LlmException {
    private static final long serialVersionUID = 1;

    public CacheExhaustedException(String model, int slots, Duration waited) {
        super(
                "All " + slots + " KV cache slots of model '" + model + "' stayed taken for " + waited.toMillis()
                        + " ms. Close caches that are no longer used, admit fewer requests, or open the engine with more slots.");
    }
}
