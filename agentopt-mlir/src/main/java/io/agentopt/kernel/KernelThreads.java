package io.agentopt.kernel;

import io.agentopt.internal.Uninterruptibly;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Threads that share a kernel's rows with the caller. */
public final class KernelThreads implements AutoCloseable {
    private final int threads;
    private final ExecutorService others;

    private KernelThreads(int threads) {
        this.threads = threads;
        this.others = Executors.newFixedThreadPool(
                Math.max(1, threads - 1),
                Thread.ofPlatform().daemon().name("agentopt-kernel-", 1).factory());
    }

    /**
     * {@return so many threads, the caller's included}
     *
     * @throws IllegalArgumentException when there is not at least one
     */
    public static KernelThreads of(int threads) {
        if (threads < 1)
            throw new IllegalArgumentException("Kernels run on at least 1 thread, and " + threads + " was asked for.");
        return new KernelThreads(threads);
    }

    public int threads() {
        return threads;
    }

    @Override
    public void close() {
        others.close();
    }

    /** Work on a range of rows. */
    interface Rows {
        void run(long begin, long end);
    }

    /** Cuts the rows into parts, runs the first here and the others on the pool, and waits for all. */
    void run(long rows, int parts, Rows work) {
        List<Future<?>> running = new ArrayList<>();
        Throwable failure = null;
        try {
            for (int part = 1; part < parts; part++) {
                long begin = bound(rows, part, parts);
                long end = bound(rows, part + 1, parts);
                running.add(others.submit(() -> work.run(begin, end)));
            }
            work.run(0, bound(rows, 1, parts));
        } catch (RejectedExecutionException e) {
            failure = new IllegalStateException(
                    "These threads of kernels are closed. Keep them open for as long as kernels run on them.", e);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        for (Future<?> part : running) {
            Throwable other = await(part);
            if (failure == null) failure = other;
        }
        if (failure instanceof Error error) throw error;
        if (failure instanceof RuntimeException exception) throw exception;
    }

    private static long bound(long rows, int part, int parts) {
        return rows / parts * part + rows % parts * part / parts;
    }

    /** Waits even when interrupted: the code that runs holds the caller's buffers. */
    private static @Nullable Throwable await(Future<?> part) {
        try {
            Uninterruptibly.await(part::get);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }
}
