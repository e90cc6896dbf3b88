package io.agentopt.runtime.backend;

import io.agentopt.internal.Uninterruptibly;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The one platform thread that runs native code of a device: calls into native libraries pin their carrier, so virtual
 * threads hand over here and await.
 *
 * <p>First come, first served, one step at a time: work that has more to do goes to the end of the line, so that long
 * requests interleave with short ones instead of blocking them.
 */
public final class DeviceLane implements AutoCloseable {
    /** Work in steps. Only the lane's thread calls it. */
    public interface Work {
        /** {@return whether there is more to do; an exception ends the work through {@link #failed}} */
        boolean step();

        /** The work ends here: a step threw, or the lane closed before the work was done. Must not throw. */
        void failed(Throwable cause);
    }

    private static final Work END = new Work() {
        @Override
        public boolean step() {
            return false;
        }

        @Override
        public void failed(Throwable cause) {}
    };

    private final String name;
    private final LinkedBlockingQueue<Work> line = new LinkedBlockingQueue<>();
    private final Thread thread;
    private final Object gate = new Object();
    private boolean closed;

    /** @param name of the device or model, for the thread's name and messages */
    public DeviceLane(String name) {
        this.name = name;
        thread = Thread.ofPlatform().daemon().name("agentopt-lane-" + name).unstarted(this::serve);
        thread.start();
    }

    /**
     * Queues work and returns at once.
     *
     * @throws IllegalStateException if the lane is closed
     */
    public void submit(Work work) {
        synchronized (gate) {
            if (closed) throw closedException();
            line.add(work);
        }
    }

    /** {@return works waiting for their next step} */
    public int waiting() {
        return line.size();
    }

    /** Ends after the step in progress; what waits fails with an {@link IllegalStateException}. */
    @Override
    public void close() {
        synchronized (gate) {
            if (closed) return;
            closed = true;
            line.add(END);
        }
        if (Thread.currentThread() != thread) Uninterruptibly.join(thread);
    }

    private void serve() {
        while (true) {
            Work work = take();
            if (work == END || isClosed()) {
                for (Work w = work; w != null; w = line.poll()) w.failed(closedException());
                return;
            }
            advance(work);
        }
    }

    private void advance(Work work) {
        try {
            if (work.step()) line.add(work);
        } catch (Throwable t) { // one request's failure must not end the lane
            work.failed(t);
        }
    }

    private Work take() {
        while (true) {
            try {
                return line.take();
            } catch (InterruptedException e) {
                // nobody has a reason to interrupt this thread; only close() ends it
            }
        }
    }

    private boolean isClosed() {
        synchronized (gate) {
            return closed;
        }
    }

    private IllegalStateException closedException() {
        return new IllegalStateException(
                "The lane of '" + name + "' is closed: its engine or device was closed while work"
                        + " was queued. Close it after the last request.");
    }
}
