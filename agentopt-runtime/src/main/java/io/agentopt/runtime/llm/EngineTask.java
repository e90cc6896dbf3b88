package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.DeviceLane;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A request on an engine's lane, and the thread that awaits it. The lane runs {@link #advance} step by step and reports
 * tokens; the awaiting thread, virtual or not, hears them, watches the deadline and aborts: an abort ends the native run in
 * flight. {@link #await} returns only when the lane is done with the request, so its memory may be used again.
 */
abstract class EngineTask implements DeviceLane.Work {
    private sealed interface Event permits Token, End {}

    private record Token(int id, boolean last) implements Event {}

    private record End(Optional<Throwable> failure) implements Event {}

    private final String what;
    private final CancelToken cancel;
    private final OrtRunOptions options;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile boolean aborted;

    /** @param what is done, as the subject of a sentence */
    EngineTask(String what, CancelToken cancel, OrtRunOptions options) {
        this.what = what;
        this.cancel = cancel;
        this.options = options;
    }

    /** {@return whether there is more to do} */
    abstract boolean advance(OrtRunOptions runOptions);

    /** Hears tokens on the awaiting thread. */
    @FunctionalInterface
    interface Listener {
        void token(int id, boolean last);
    }

    final void report(int token, boolean last) {
        events.add(new Token(token, last));
    }

    @Override
    public final boolean step() {
        if (aborted || cancel.isCancelled()) throw cancel.exception(what);
        boolean more = advance(options);
        if (!more) finished();
        return more;
    }

    final void finished() {
        events.add(new End(Optional.empty()));
    }

    @Override
    public final void failed(Throwable cause) {
        events.add(new End(Optional.of(cause)));
    }

    /** Waits for the end, or throws what ended it. */
    final void await(Listener listener) {
        Optional<Throwable> given = Optional.empty(); // why this thread gave up
        boolean interrupted = false;
        try (var _ = cancel.onCancel(this::abort)) {
            while (true) {
                try {
                    Event event = aborted ? events.take() : events.poll(cancel.remainingNanos(), TimeUnit.NANOSECONDS);
                    switch (event) {
                        case null -> cancel.isCancelled(); // the deadline passed: this fires the registration
                        case Token t -> {
                            if (given.isEmpty()) given = tell(listener, t);
                        }
                        case End e -> {
                            if (given.isPresent()) throw unchecked(given.get());
                            if (e.failure().isPresent()) throw ended(e.failure().get());
                            return;
                        }
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                    if (given.isEmpty()) given = Optional.of(interrupted(what));
                    abort();
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    // Errors too: the lane must be done with the memory before anything is thrown.
    private Optional<Throwable> tell(Listener listener, Token t) {
        try {
            listener.token(t.id(), t.last());
            return Optional.empty();
        } catch (Throwable e) {
            abort();
            return Optional.of(e);
        }
    }

    private RuntimeException ended(Throwable failure) {
        if (failure instanceof OrtException && cancel.isCancelled()) return cancel.exception(what);
        return failure instanceof Error ? new LlmException(what + " failed: " + failure, failure) : unchecked(failure);
    }

    private static RuntimeException unchecked(Throwable t) {
        if (t instanceof Error e) throw e;
        return t instanceof RuntimeException r ? r : new IllegalStateException(t);
    }

    private void abort() {
        aborted = true;
        options.terminate();
    }

    static CancelledException interrupted(String what) {
        return new CancelledException(CancelToken.Cause.CALLER, what + " was cancelled: its thread was interrupted.");
    }
}
