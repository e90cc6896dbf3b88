package io.agentopt.benchmarks.kernels;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs one piece of work beside another. */
final class TwoThreads {
    private static final ExecutorService SECOND =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("bench-second").factory());

    private TwoThreads() {}

    /** Runs both at once, {@code here} on the calling thread, and returns when both are done. */
    static void run(Runnable here, Runnable there) {
        Future<?> other = SECOND.submit(there);
        here.run();
        try {
            other.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the second thread of a bench was at work.", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The second thread of a bench failed: " + e.getCause(), e);
        }
    }
}
