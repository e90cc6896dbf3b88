package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtRunOptions;

/** One run over a prompt. */
final class PrefillTask extends EngineTask {
    private final KvSlot slot;
    private final int[] tokens;
    private double seconds;

    PrefillTask(String what, KvSlot slot, int[] tokens, CancelToken cancel, OrtRunOptions options) {
        super(what, cancel, options);
        this.slot = slot;
        this.tokens = tokens;
    }

    @Override
    boolean advance(OrtRunOptions options) {
        long start = System.nanoTime();
        slot.prefill(tokens, options);
        seconds = (System.nanoTime() - start) / 1e9;
        return false;
    }

    /** {@return how long the run took; after await} */
    double seconds() {
        return seconds;
    }
}
