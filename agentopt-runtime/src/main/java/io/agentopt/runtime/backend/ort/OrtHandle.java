package io.agentopt.runtime.backend.ort;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One owned piece of native memory. Uses are counted: {@link #close()} during a run lets the run finish, and the last user
 * frees. After close every use is an {@link IllegalStateException}; closing again does nothing.
 */
public abstract sealed class OrtHandle implements AutoCloseable
        permits OrtSession,
                OrtTensor,
                OrtBinding,
                OrtRunOptions,
                OrtMemory,
                OrtAllocator,
                OrtStream,
                PrepackedWeights,
                CustomOpDomain,
                SharedArena {
    private final OrtEnvironment environment;
    private final String what;
    private final MemorySegment raw;
    private final AtomicInteger users = new AtomicInteger(1); // the owner, and every use in progress
    private final AtomicBoolean closed = new AtomicBoolean();

    OrtHandle(OrtEnvironment environment, String what, MemorySegment raw) {
        this.environment = environment;
        this.what = what;
        this.raw = raw;
        environment.count(getClass(), +1);
    }

    final OrtEnvironment environment() {
        return environment;
    }

    /** Begins a use; pair with {@link #exit()}. */
    final MemorySegment enter() {
        while (!closed.get()) {
            int n = users.get();
            if (n == 0) break;
            if (users.compareAndSet(n, n + 1)) return raw;
        }
        throw new IllegalStateException("The " + what + " is closed. Keep it open until its last use.");
    }

    final void exit() {
        if (users.decrementAndGet() > 0) return;
        environment.count(getClass(), -1);
        free(raw);
    }

    /** {@return whether {@link #close()} was called} */
    public final boolean isClosed() {
        return closed.get();
    }

    /** Gives the native memory back once uses in progress have ended. */
    @Override
    public final void close() {
        if (closed.compareAndSet(false, true)) exit();
    }

    abstract void free(MemorySegment handle);

    /** {@return what this is, for messages} */
    @Override
    public String toString() {
        return what;
    }
}
