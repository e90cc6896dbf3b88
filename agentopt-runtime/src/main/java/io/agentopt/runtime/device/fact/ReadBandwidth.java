package io.agentopt.runtime.device.fact;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast this machine reads memory from plain Java, all threads together. They read more than the largest cache holds, up to
 * 256 MB and to an eighth of what the Java heap may grow to, an eighth of that in each round and all in turn; where that is less than the
 * cache, the rate is partly the cache's.
 */
final class ReadBandwidth {
    private static final long LEAST = 64L << 20, MOST = 256L << 20;
    private static final int CHUNK = 1 << 14; // summed by one call, so that the loop is compiled after a few
    private static final int SLICES = 8; // a round reads one: the shorter, the likelier it is that nobody comes between
    private static final int LEAST_ROUNDS = 3 * SLICES, MOST_ROUNDS = 12 * SLICES;
    private static final double SECONDS = 0.1;
    private static final long PART_OF_HEAP = 8;

    private final CyclicBarrier together;
    private final AtomicLong sink = new AtomicLong();
    private volatile boolean over, outOfMemory;
    private final long[] begun, ended; // of each thread in the round, ns

    private ReadBandwidth(int threads) {
        this.together = new CyclicBarrier(threads + 1);
        this.begun = new long[threads];
        this.ended = new long[threads];
    }

    /** {@return bytes per second, the best of a few rounds; takes some 200 ms} */
    static double bytesPerSecond(int threads, long largestCacheBytes) {
        long wanted = Math.clamp(largestCacheBytes + largestCacheBytes / 2, LEAST, MOST);
        long total = Math.min(wanted, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
        int chunks = (int) Math.max(1, total / threads / Long.BYTES / CHUNK / SLICES);
        while (true) {
            ReadBandwidth measurement = new ReadBandwidth(threads);
            double best = measurement.best(threads, chunks * CHUNK);
            if (!measurement.outOfMemory) return best;
            if (chunks == 1) throw new OutOfMemoryError("There is no memory to measure its bandwidth with.");
            chunks /= 2;
        }
    }

    private double best(int threads, int slice) {
        for (int t = 0; t < threads; t++) {
            int thread = t;
            Thread.ofPlatform().daemon().name("agentopt-bandwidth-" + t).start(() -> read(thread, slice));
        }
        double best = 0, spent = 0;
        for (int round = 0; round < MOST_ROUNDS && (round < LEAST_ROUNDS || spent < SECONDS); round++) {
            await();
            await();
            double seconds = longest() / 1e9;
            spent += seconds;
            best = Math.max(best, (double) threads * slice * Long.BYTES / seconds);
        }
        over = true;
        await();
        return best;
    }

    /** From the first thread's beginning to the last one's end: when the thread that waits for them wakes says nothing. */
    private long longest() {
        long first = begun[0], last = ended[0];
        for (int t = 1; t < begun.length; t++) {
            if (begun[t] - first < 0) first = begun[t];
            if (ended[t] - last > 0) last = ended[t];
        }
        return Math.max(1, last - first);
    }

    private void read(int thread, int slice) {
        long[] data;
        try {
            data = new long[slice * SLICES]; // by the thread that reads it, so that it lies near its processor
        } catch (OutOfMemoryError e) {
            outOfMemory = true;
            data = new long[0];
        }
        for (int from = 0; ; from = (from + slice) % (slice * SLICES)) {
            await();
            if (over) return;
            long sum = 0;
            begun[thread] = System.nanoTime();
            for (int at = from; at < from + slice && !outOfMemory; at += CHUNK) sum += sum(data, at, at + CHUNK);
            ended[thread] = System.nanoTime();
            sink.addAndGet(sum);
            await();
        }
    }

    private static long sum(long[] data, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) sum += data[i];
        return sum;
    }

    private void await() {
        try {
            together.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The measurement of memory bandwidth was interrupted", e);
        } catch (BrokenBarrierException e) {
            throw new IllegalStateException("The measurement of memory bandwidth was interrupted", e);
        }
    }
}
