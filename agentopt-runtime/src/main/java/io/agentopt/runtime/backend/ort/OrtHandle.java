package io.agentopt.runtime.backend.ort;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

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
    private volatile int users = 1; // the owner, and every use in progress; CLOSED beside them after close

    private static final int CLOSED = Integer.MIN_VALUE;
    private static final AtomicIntegerFieldUpdater<OrtHandle> USERS =
            AtomicIntegerFieldUpdater.newUpdater(OrtHandle.class, "users");

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
        for (int n = users; n >= 0; n = users) if (USERS.compareAndSet(this, n, n + 1)) return raw;
        throw closedException();
    }

    final IllegalStateException closedException() {
        return new IllegalStateException("The " + this + " is closed. Keep it open until its last use.");
    }

    final void exit() {
        if (USERS.decrementAndGet(this) != CLOSED) return;
        environment.count(getClass(), -1);
        free(raw);
    }

    /** {@return whether {@link #close()} was called} */
    public final boolean isClosed() {
        return users < 0;
    }

    /** Gives the native memory back once uses in progress have ended. */
    @Override
    public final void close() {
        for (int n = users; n >= 0; n = users) {
            if (USERS.compareAndSet(this, n, n | CLOSED)) {
                exit();
                return;
            }
        }
    }

    abstract void free(MemorySegment handle);

    /** {@return what this is, for messages} */
    @Override
    public String toString() {
        return what;
    }
}
