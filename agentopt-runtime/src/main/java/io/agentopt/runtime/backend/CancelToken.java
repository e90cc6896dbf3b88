package io.agentopt.runtime.backend;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Asks work to stop: by a call, or by a deadline. Safe to share between threads; once cancelled it stays so.
 *
 * <p>A deadline needs no timer thread: whoever awaits the work looks at {@link #remainingNanos()} and every step looks at
 * {@link #isCancelled()}.
 */
public final class CancelToken {
    /** Why work was asked to stop. */
    public enum Cause {
        /** Someone called {@link CancelToken#cancel(String)}. */
        CALLER,
        /** The deadline passed. */
        DEADLINE
    }

    /** What to undo a registration with. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final long deadline;
    private final boolean timed;
    private final boolean cancellable;
    private final String budget;
    private final Map<Object, Runnable> listeners = new LinkedHashMap<>(); // by registration, in order
    private volatile @Nullable Stop stop;

    private record Stop(Cause cause, String reason) {}

    private CancelToken(boolean cancellable, boolean timed, long deadline, String budget) {
        this.cancellable = cancellable;
        this.timed = timed;
        this.deadline = deadline;
        this.budget = budget;
    }

    /** {@return a token that nobody can cancel} */
    public static CancelToken none() {
        return new CancelToken(false, false, 0, "");
    }

    /** {@return a token that stops when {@link #cancel} is called} */
    public static CancelToken create() {
        return new CancelToken(true, false, 0, "");
    }

    /**
     * {@return a token that stops by itself}
     *
     * @param budget time from now; zero or less is already over
     */
    public static CancelToken after(Duration budget) {
        Duration capped = budget.compareTo(LONGEST) > 0 ? LONGEST : budget;
        return new CancelToken(
                true, true, System.nanoTime() + Math.max(0, capped.toNanos()), capped.toMillis() + " ms");
    }

    /**
     * Stops the work. The first call counts.
     *
     * @param reason for the exception that the work ends with
     * @throws IllegalStateException if this is the token of {@link #none()}
     */
    public void cancel(String reason) {
        Objects.requireNonNull(reason, "reason");
        if (!cancellable) throw new IllegalStateException("This token cannot be cancelled. Use CancelToken.create().");
        stop(new Stop(Cause.CALLER, reason));
    }

    /** {@return whether the work shall stop, by call or because the deadline passed} */
    public boolean isCancelled() {
        if (stop != null) return true;
        if (!timed || System.nanoTime() - deadline < 0) return false;
        stop(new Stop(Cause.DEADLINE, "The deadline of " + budget + " passed."));
        return true;
    }

    /** {@return nanoseconds to the deadline, at least 0; {@link Long#MAX_VALUE} without one} */
    public long remainingNanos() {
        return timed ? Math.max(0, deadline - System.nanoTime()) : Long.MAX_VALUE;
    }

    /**
     * Ends the work here if it shall stop.
     *
     * @param work what is being done, as the subject of a sentence, such as {@code The decode of model 'support-1'}
     * @throws CancelledException if cancelled
     */
    public void throwIfCancelled(String work) {
        if (isCancelled()) throw exception(work);
    }

    /** {@return the exception that ends cancelled work; the work is named as in {@link #throwIfCancelled}} */
    public CancelledException exception(String work) {
        Stop s = stop;
        Cause cause = s == null ? Cause.CALLER : s.cause();
        String reason = s == null || s.reason().isBlank() ? "no reason given." : s.reason();
        return new CancelledException(cause, work + " was cancelled: " + reason);
    }

    /**
     * Runs something at cancellation, on the thread that cancels or that notices the deadline; at once if cancelled already.
     *
     * @return closes the registration; an action that starts at that moment may still run
     */
    public Registration onCancel(Runnable action) {
        if (!cancellable) return () -> {};
        synchronized (listeners) {
            if (stop == null) {
                Object own = new Object(); // one action may be registered twice
                listeners.put(own, action);
                return () -> {
                    synchronized (listeners) {
                        listeners.remove(own);
                    }
                };
            }
        }
        action.run();
        return () -> {};
    }

    // The listeners run outside the lock, so that they may take locks of their own.
    private void stop(Stop with) {
        List<Runnable> told;
        synchronized (listeners) {
            if (stop != null) return;
            stop = with;
            told = List.copyOf(listeners.values());
            listeners.clear();
        }
        told.forEach(Runnable::run);
    }
}
