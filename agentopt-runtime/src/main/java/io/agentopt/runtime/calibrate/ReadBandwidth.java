package io.agentopt.runtime.calibrate;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;

/** How fast this machine reads memory from plain Java, all cores together. */
final class ReadBandwidth {
    private static final int LONGS_PER_THREAD = 8 << 20; // 64 MB: beyond the caches that a core has for itself
    private static final int CHUNK = 1 << 17; // summed by one call, so that the loop is compiled after a few
    private static final int ROUNDS = 6;

    private ReadBandwidth() {}

    /** {@return bytes per second, the best of a few rounds; takes some 100 ms} */
    static double bytesPerSecond(int threads) {
        AtomicLong sink = new AtomicLong();
        CyclicBarrier together = new CyclicBarrier(threads + 1);
        for (int t = 0; t < threads; t++) {
            long[] data = new long[LONGS_PER_THREAD];
            Thread.ofPlatform().daemon().name("agentopt-bandwidth-" + t).start(() -> read(data, together, sink));
        }
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            await(together);
            long start = System.nanoTime();
            await(together);
            best = Math.max(
                    best, (double) threads * LONGS_PER_THREAD * Long.BYTES / ((System.nanoTime() - start) / 1e9));
        }
        return best;
    }

    private static void read(long[] data, CyclicBarrier together, AtomicLong sink) {
        for (int round = 0; round < ROUNDS; round++) {
            await(together);
            long sum = 0;
            for (int from = 0; from < data.length; from += CHUNK) sum += sum(data, from, from + CHUNK);
            sink.addAndGet(sum);
            await(together);
        }
    }

    private static long sum(long[] data, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) sum += data[i];
        return sum;
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The measurement of memory bandwidth was interrupted", e);
        } catch (java.util.concurrent.BrokenBarrierException e) {
            throw new IllegalStateException("The measurement of memory bandwidth was interrupted", e);
        }
    }
}
