package io.agentopt.benchmarks.kernels;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times contenders turn by turn. In a round each has one window of runs, whose median counts; over the rounds the best median
 * counts. So a disturbance of the machine must hit the same contender in every round to matter, and no contender gets all
 * the quiet moments.
 *
 * @param rounds how often each has its turn
 * @param windowNanos how long a turn takes at least
 */
record Rounds(int rounds, long windowNanos) {
    private static final int LEAST_RUNS = 3;
    private static final int MOST_RUNS = 4096;
    private static final long WARM_UP_NANOS = 200_000_000;

    /** {@return nanoseconds of one run, by contender} */
    Map<Contender, Double> time(List<Contender> contenders) {
        Map<Contender, Double> best = new LinkedHashMap<>();
        for (Contender c : contenders) warmUp(c);
        for (int round = 0; round < rounds; round++) {
            for (Contender c : contenders) best.merge(c, window(c.run()), Math::min);
        }
        return best;
    }

    private static void warmUp(Contender c) {
        long start = System.nanoTime();
        do {
            c.run().run();
        } while (System.nanoTime() - start < WARM_UP_NANOS);
    }

    private double window(Runnable run) {
        long[] nanos = new long[MOST_RUNS];
        int n = 0;
        run.run(); // brings this contender's own data into the caches
        long start = System.nanoTime(), last = start;
        while (n < MOST_RUNS && (n < LEAST_RUNS || last - start < windowNanos)) {
            run.run();
            long now = System.nanoTime();
            nanos[n++] = now - last;
            last = now;
        }
        Arrays.sort(nanos, 0, n);
        return n % 2 == 1 ? nanos[n / 2] : (nanos[n / 2 - 1] + nanos[n / 2]) / 2.0;
    }
}
