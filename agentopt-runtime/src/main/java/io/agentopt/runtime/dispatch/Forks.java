package io.agentopt.runtime.dispatch;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Threads that one thread started and waits for. */
final class Forks {
    private final AtomicInteger running = new AtomicInteger();
    private final Thread owner = Thread.currentThread();
    private final RunState run;

    /** Belongs to the calling thread. */
    Forks(RunState run) {
        this.run = run;
    }

    /** Starts a thread of the run. The owner calls it, or a fork that still runs. */
    void fork(Consumer<Worker> work) {
        running.incrementAndGet();
        try {
            run.thread(() -> {
                try {
                    run.work(work);
                } finally {
                    ended();
                }
            });
        } catch (Throwable t) {
            ended();
            throw t;
        }
    }

    /** Waits for all of them, whatever happens: no step outlives the activation that it belongs to. */
    void await() {
        boolean interrupted = false;
        while (running.get() > 0) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted(); // a set flag would turn park into spinning
        }
        if (interrupted) owner.interrupt();
    }

    private void ended() {
        if (running.decrementAndGet() == 0) LockSupport.unpark(owner);
    }
}
