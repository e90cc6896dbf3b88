package io.agentopt.runtime.llm.batch;

import io.agentopt.internal.Uninterruptibly;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.error.MemoryExhaustedException;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Between a device's thread and the thread that awaits a request: tokens, then the end, one way; an abort the other. The
 * awaiting thread, virtual or not, hears tokens and watches the deadline; {@link #await} returns only when the device's thread
 * is done with the request, so its memory may be used again.
 */
public final class Exchange {
    sealed interface Event permits Token, End {}

    /**
     * A token of an answer.
     *
     * @param last whether no other follows
     */
    public record Token(int id, boolean last) implements Event {}

    private record End(Optional<Throwable> failure) implements Event {}

    /** Hears tokens on the awaiting thread. */
    @FunctionalInterface
    public interface Listener {
        void token(int id, boolean last);
    }

    private final String what;
    private final CancelToken cancel;
    private final int buffered;
    private final Runnable onAbort;
    private final Runnable onRoom;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile boolean aborted;
    private boolean over; // of the awaiting thread

    /**
     * @param what is done, as the subject of a sentence
     * @param buffered tokens that may wait for the listener before {@link #isFull}
     * @param onAbort ends the run in flight, if it is this request's
     * @param onRoom tells the device's thread that the listener has caught up
     */
    public Exchange(String what, CancelToken cancel, int buffered, Runnable onAbort, Runnable onRoom) {
        this.what = what;
        this.cancel = cancel;
        this.buffered = buffered;
        this.onAbort = onAbort;
        this.onRoom = onRoom;
    }

    /** Reports a token. */
    public void token(int id, boolean last) {
        events.add(new Token(id, last));
    }

    /** Reports the end. */
    public void finished() {
        events.add(new End(Optional.empty()));
    }

    /** Reports what the request failed with. */
    public void failed(Throwable cause) {
        events.add(new End(Optional.of(cause)));
    }

    /** {@return whether the listener is so far behind that the answer should wait} */
    public boolean isFull() {
        return events.size() >= buffered;
    }

    /** {@return whether the request shall end} */
    public boolean isCancelled() {
        return aborted || cancel.isCancelled();
    }

    /** {@return what a cancelled request ends with} */
    public CancelledException cancelled() {
        return cancel.exception(what);
    }

    /** Waits for the end, or throws what ended it. */
    public void await(Listener listener) {
        try (var _ = watch()) {
            for (Optional<Token> t = next(); t.isPresent(); t = next())
                listener.token(t.get().id(), t.get().last());
        } catch (
                Throwable e) { // errors too: the device's thread must be done with the memory before anything is thrown
            abandon();
            throw e;
        }
    }

    /** Lets the caller's token end the request, until the registration is closed. */
    public CancelToken.Registration watch() {
        return cancel.onCancel(this::abort);
    }

    /**
     * Waits for the next token; only the awaiting thread calls.
     *
     * @return empty at the end
     */
    public Optional<Token> next() {
        while (!over) {
            try {
                Event event = aborted ? events.take() : events.poll(cancel.remainingNanos(), TimeUnit.NANOSECONDS);
                switch (event) {
                    case null -> cancel.isCancelled(); // the deadline passed: this fires the registration
                    case Token t -> {
                        if (events.size() == buffered - 1) onRoom.run();
                        return Optional.of(t);
                    }
                    case End e -> {
                        over = true;
                        if (e.failure().isPresent()) throw ended(e.failure().get());
                    }
                }
            } catch (InterruptedException e) {
                abandon();
                Thread.currentThread().interrupt();
                throw interrupted(what);
            }
        }
        return Optional.empty();
    }

    /** Ends the request, if it has not ended, and waits until the device's thread is done with it. */
    public void abandon() {
        if (over) return;
        abort();
        while (!over) over = Uninterruptibly.await(events::take) instanceof End;
    }

    private RuntimeException ended(Throwable failure) {
        if (failure instanceof OrtException && cancel.isCancelled()) return cancel.exception(what);
        if (failure instanceof OutOfMemoryError e) return new MemoryExhaustedException(what, e);
        return failure instanceof Error ? new LlmException(what + " failed: " + failure, failure) : unchecked(failure);
    }

    private static RuntimeException unchecked(Throwable t) {
        if (t instanceof Error e) throw e;
        return t instanceof RuntimeException r ? r : new IllegalStateException(t);
    }

    private void abort() {
        aborted = true;
        onAbort.run();
    }

    private static CancelledException interrupted(String what) {
        return new CancelledException(CancelToken.Cause.CALLER, what + " was cancelled: its thread was interrupted.");
    }
}
