package io.agentopt.runtime.device.fact;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast this machine reads memory from plain Java, all threads together. They read more than the largest cache holds, up to
 * 256 MB and to an eighth of what the Java heap may grow to; where that is less than the cache, the rate is partly the cache's.
 */
final class ReadBandwidth {
    private static final long LEAST = 64L << 20, MOST = 256L << 20;
    private static final int CHUNK = 1 << 17; // summed by one call, so that the loop is compiled after a few
    private static final int LEAST_ROUNDS = 4, MOST_ROUNDS = 12;
    private static final double SECONDS = 0.1;
    private static final long PART_OF_HEAP = 8;

    private final CyclicBarrier together;
    private final AtomicLong sink = new AtomicLong();
    private volatile boolean over, outOfMemory;

    private ReadBandwidth(int threads) {
        this.together = new CyclicBarrier(threads + 1);
    }

    /** {@return bytes per second, the best of a few rounds; takes some 200 ms} */
    static double bytesPerSecond(int threads, long largestCacheBytes) {
        long wanted = Math.clamp(largestCacheBytes + largestCacheBytes / 2, LEAST, MOST);
        long total = Math.min(wanted, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
        int chunks = (int) Math.max(1, total / threads / Long.BYTES / CHUNK);
        while (true) {
            ReadBandwidth measurement = new ReadBandwidth(threads);
            double best = measurement.best(threads, chunks * CHUNK);
            if (!measurement.outOfMemory) return best;
            if (chunks == 1) throw new OutOfMemoryError("There is no memory to measure its bandwidth with.");
            chunks /= 2;
        }
    }

    private double best(int threads, int longs) {
        for (int t = 0; t < threads; t++)
            Thread.ofPlatform().daemon().name("agentopt-bandwidth-" + t).start(() -> read(longs));
        double best = 0, spent = 0;
        for (int round = 0; round < MOST_ROUNDS && (round < LEAST_ROUNDS || spent < SECONDS); round++) {
            await();
            long start = System.nanoTime();
            await();
            double seconds = (System.nanoTime() - start) / 1e9;
            spent += seconds;
            best = Math.max(best, (double) threads * longs * Long.BYTES / seconds);
        }
        over = true;
        await();
        return best;
    }

    private void read(int longs) {
        long[] data;
        try {
            data = new long[longs]; // by the thread that reads it, so that it lies near its processor
        } catch (OutOfMemoryError e) {
            outOfMemory = true;
            data = new long[0];
        }
        while (true) {
            await();
            if (over) return;
            long sum = 0;
            for (int from = 0; from < data.length && !outOfMemory; from += CHUNK) sum += sum(data, from, from + CHUNK);
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
