package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.CancelToken;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The slots of an engine: made when first needed, at most so many, used again. */
final class KvSlots implements AutoCloseable {
    private final String model;
    private final int limit;
    private final Supplier<KvSlot> make;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<KvSlot> idle = new ArrayDeque<>();
    private int taken;
    private boolean closed;

    KvSlots(String model, int limit, Supplier<KvSlot> make) {
        this.model = model;
        this.limit = limit;
        this.make = make;
    }

    /**
     * Takes a slot, waiting for one if need be.
     *
     * @throws CacheExhaustedException if none became free within {@code wait}
     */
    KvSlot take(CancelToken cancel, Duration wait) {
        try (var _ = cancel.onCancel(this::wake)) {
            lock.lock();
            try {
                long left = wait.toNanos();
                while (taken >= limit && !closed) {
                    if (left <= 0) throw new CacheExhaustedException(model, limit, wait);
                    cancel.throwIfCancelled(waiting());
                    long slice = Math.min(left, Math.max(1, cancel.remainingNanos()));
                    left -= slice - Math.max(0, changed.awaitNanos(slice));
                }
                cancel.throwIfCancelled(waiting());
                if (closed)
                    throw new IllegalStateException("The engine of model '" + model + "' is closed. Open another.");
                KvSlot slot = idle.isEmpty() ? make.get() : idle.pop();
                taken++;
                return slot;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw EngineTask.interrupted(waiting());
            } finally {
                lock.unlock();
            }
        }
    }

    void giveBack(KvSlot slot) {
        lock.lock();
        try {
            taken--;
            if (closed) slot.close();
            else idle.push(slot);
            changed.signalAll(); // one alone might reach a waiter that is being cancelled
        } finally {
            lock.unlock();
        }
    }

    int taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private String waiting() {
        return "The wait for a KV cache slot of model '" + model + "'";
    }

    /** Frees idle slots; those in use are freed when given back. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            idle.forEach(KvSlot::close);
            idle.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
