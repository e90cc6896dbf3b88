package io.agentopt.plan.queueing;

import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/** The slow twins of the closed forms: customers one by one, seeded. */
final class QueueSimulation {
    private QueueSimulation() {}

    /** Wait of each customer, the first tenth left out. */
    record Waits(double[] sorted) {
        double mean() {
            return Arrays.stream(sorted).average().orElseThrow();
        }

        double probability() {
            return Arrays.stream(sorted).filter(w -> w > 0).count() / (double) sorted.length;
        }

        double quantile(double share) {
            return sorted[(int) (share * sorted.length)];
        }
    }

    /** G/G/k with mean service 1, gaps and services of gamma distributions. */
    static Waits multiServer(MultiServerQueue q, int customers, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        PriorityQueue<Double> free = new PriorityQueue<>();
        for (int i = 0; i < q.servers(); i++) free.add(0.0);
        double[] waits = new double[customers];
        double now = 0;
        for (int i = 0; i < customers; i++) {
            now += gamma(random, q.arrivalCv2()) / q.arrivalsPerSecond();
            double start = Math.max(now, free.remove());
            free.add(start + gamma(random, q.serviceCv2()) * q.serviceSeconds());
            waits[i] = start - now;
        }
        double[] counted = Arrays.copyOfRange(waits, customers / 10, customers);
        Arrays.sort(counted);
        return new Waits(counted);
    }

    /** Mean time of requests in one server that gives each of them a token an iteration, prompts left out. */
    static double batching(
            double rate, double arrivalCv2, double tokens, int most, DoubleUnaryOperator iteration, int requests) {
        SplittableRandom random = new SplittableRandom(5);
        double[] arrival = new double[requests];
        int[] left = new int[requests];
        double t = 0;
        for (int i = 0; i < requests; i++) {
            arrival[i] = t += gamma(random, arrivalCv2) / rate;
            left[i] = 1 + (int) Math.floor(-Math.log1p(-random.nextDouble()) * (tokens - 0.5));
        }
        int[] batch = new int[most];
        int size = 0;
        int next = 0;
        double now = 0;
        double sum = 0;
        int ended = 0;
        while (ended < requests) {
            if (size == 0 && next < requests) now = Math.max(now, arrival[next]);
            while (size < most && next < requests && arrival[next] <= now) batch[size++] = next++;
            now += iteration.applyAsDouble(size);
            for (int i = size - 1; i >= 0; i--) {
                if (--left[batch[i]] > 0) continue;
                sum += now - arrival[batch[i]];
                ended++;
                batch[i] = batch[--size];
            }
        }
        return sum / requests;
    }

    /** A gamma number of mean 1. */
    private static double gamma(SplittableRandom random, double cv2) {
        if (cv2 == 0) return 1;
        return shaped(random, 1 / cv2) * cv2;
    }

    private static double shaped(SplittableRandom random, double shape) {
        if (shape < 1) return shaped(random, shape + 1) * Math.pow(1 - random.nextDouble(), 1 / shape);
        double d = shape - 1 / 3.0;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = Math.pow(1 + c * x, 3);
            if (v > 0 && Math.log(1 - random.nextDouble()) < x * x / 2 + d - d * v + d * Math.log(v)) return d * v;
        }
    }
}
