package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.DeviceLane;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.batch.Exchange;

/** One run on an engine's lane, and the thread that awaits it. An abort ends the native run in flight. */
abstract class EngineTask implements DeviceLane.Work {
    private final OrtRunOptions options;
    private final Exchange exchange;

    /** @param what is done, as the subject of a sentence */
    EngineTask(String what, CancelToken cancel, OrtRunOptions options) {
        this.options = options;
        exchange = new Exchange(what, cancel, Integer.MAX_VALUE, options::terminate, () -> {});
    }

    abstract void run(OrtRunOptions runOptions);

    @Override
    public final boolean step() {
        if (exchange.isCancelled()) throw exchange.cancelled();
        run(options);
        exchange.finished();
        return false;
    }

    @Override
    public final void failed(Throwable cause) {
        exchange.failed(cause);
    }

    /** Waits for the end, or throws what ended it. */
    final void await() {
        exchange.await((id, last) -> {});
    }
}
