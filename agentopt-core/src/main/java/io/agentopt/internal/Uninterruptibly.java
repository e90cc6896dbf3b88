package io.agentopt.internal;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Waits that do not give way to an interrupt, because what is waited for uses memory of the waiting thread or must have ended before it goes
 * on. The thread's interrupted status is set again at the end, whichever way that comes.
 */
public final class Uninterruptibly {
    private Uninterruptibly() {}

    /**
     * A wait that can be begun again where an interrupt ended it.
     *
     * @param <T> what it gives
     * @param <E> what else it throws
     */
    @FunctionalInterface
    public interface Wait<T extends @Nullable Object, E extends Exception> {
        T await() throws InterruptedException, E;
    }

    /** {@return what a wait gives; it is begun again as often as it is interrupted} */
    public static <T extends @Nullable Object, E extends Exception> T await(Wait<T, E> wait) throws E {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wait.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end of a thread, one that was never started excepted. */
    public static void join(Thread thread) {
        await(() -> {
            thread.join();
            return thread;
        });
    }

    /**
     * {@return what a task gives}
     *
     * @throws RuntimeException that the task ended with, or an {@link Error}; a checked exception as the cause of an
     *     {@link IllegalStateException}
     * @throws java.util.concurrent.CancellationException if it was cancelled
     */
    public static <T extends @Nullable Object> T result(Future<T> task) {
        try {
            return await(task::get);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException r) throw r;
            if (e.getCause() instanceof Error error) throw error;
            throw new IllegalStateException(e.getCause());
        }
    }
}
