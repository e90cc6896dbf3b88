package io.agentopt.runtime.llm.kv;

import io.agentopt.mlir.gpu.GpuException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks of memory that take milliseconds to get, kept for reuse, all of them together within a bound. Any thread takes and gives
 * back; what asks the driver for memory is called by the device's thread, because it would break off a capture.
 */
final class BlockPool<M> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BlockPool.class);
    private static final long SMALLEST = 1L << 20;

    private final String what;
    private final long most;
    private final LongFunction<M> allocate;
    private final ToLongFunction<M> size;
    private final Consumer<M> free;
    private final List<M> idle = new ArrayList<>();
    private long held; // bytes, idle or taken
    private int taken;
    private boolean closed;

    /**
     * @param what the memory is, for the log
     * @param most bytes
     * @param allocate throws a {@link GpuException} where there is no memory
     */
    BlockPool(String what, long most, LongFunction<M> allocate, ToLongFunction<M> size, Consumer<M> free) {
        this.what = what;
        this.most = most;
        this.allocate = allocate;
        this.size = size;
        this.free = free;
    }

    /** {@return an idle block of at least so many bytes, which the caller gives back; asks nobody for memory} */
    synchronized Optional<M> idle(long bytes) {
        if (closed) return Optional.empty();
        Optional<M> smallest =
                idle.stream().filter(m -> size.applyAsLong(m) >= bytes).min(Comparator.comparingLong(size));
        smallest.ifPresent(block -> {
            idle.remove(block);
            taken++;
        });
        return smallest;
    }

    /** {@return a block of at least so many bytes, which the caller gives back; empty if the bound or the system allows none} */
    synchronized Optional<M> take(long bytes) {
        Optional<M> found = idle(bytes);
        if (closed || found.isPresent()) return found;
        long wanted = Math.max(SMALLEST, ceilingPowerOfTwo(bytes));
        for (int i = idle.size() - 1; i >= 0 && held + wanted > most; i--) release(idle.remove(i)); // all too small
        if (wanted > most - held) {
            LOG.debug("No {} for {} bytes: {} of {} are in use.", what, bytes, held, most);
            return Optional.empty();
        }
        try {
            M block = allocate.apply(wanted);
            held += wanted;
            taken++;
            return Optional.of(block);
        } catch (GpuException e) {
            LOG.debug("No {} for {} bytes: {}", what, bytes, e.getMessage());
            return Optional.empty();
        }
    }

    synchronized void giveBack(M block) {
        taken--;
        idle.add(block);
        notifyAll();
    }

    private void release(M block) {
        held -= size.applyAsLong(block);
        free.accept(block);
    }

    private static long ceilingPowerOfTwo(long bytes) {
        long floor = Long.highestOneBit(bytes);
        return floor == bytes ? bytes : 2 * floor;
    }

    /** {@return bytes that it holds, in use or not} */
    synchronized long held() {
        return held;
    }

    /** Waits for what is taken: copies of other threads may be under way in it. From then on there are no blocks. */
    @Override
    public synchronized void close() {
        closed = true;
        boolean interrupted = false;
        while (taken > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
        List<M> all = List.copyOf(idle);
        idle.clear();
        @Nullable RuntimeException failure = null;
        for (M block : all) {
            try {
                release(block);
            } catch (GpuException e) { // a lost device frees nothing
                if (failure == null) failure = e;
                else failure.addSuppressed(e);
            }
        }
        if (failure != null) throw failure;
    }
}
