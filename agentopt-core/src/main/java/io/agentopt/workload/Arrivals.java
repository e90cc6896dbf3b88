package io.agentopt.workload;

import java.util.PrimitiveIterator;
import java.util.SplittableRandom;

/** When requests come. Times repeat exactly with the same seed. */
public sealed interface Arrivals {
    /** {@return the mean number of requests a second} */
    double requestsPerSecond();

    /**
     * {@return times of arrival after 0, s, not decreasing; endless, but for a trace}
     *
     * @param seed of the random numbers; a trace needs none
     */
    PrimitiveIterator.OfDouble times(long seed);

    /**
     * {@return the first times of arrival, s}
     *
     * @param count how many at most; a trace may end before
     */
    default double[] first(int count, long seed) {
        PrimitiveIterator.OfDouble times = times(seed);
        double[] first = new double[count];
        int n = 0;
        while (n < count && times.hasNext()) first[n++] = times.nextDouble();
        return n == count ? first : java.util.Arrays.copyOf(first, n);
    }

    /**
     * Requests that come independently of each other: exponential gaps.
     *
     * @param requestsPerSecond mean rate, positive
     */
    record Poisson(double requestsPerSecond) implements Arrivals {
        public Poisson {
            RandomTimes.positive(requestsPerSecond, "requestsPerSecond");
        }

        @Override
        public PrimitiveIterator.OfDouble times(long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            return RandomTimes.of(() -> RandomTimes.exponential(random) / requestsPerSecond);
        }
    }

    /**
     * Independent gaps of a gamma distribution: bursts above a squared coefficient of variation of 1, a steady stream below it.
     *
     * @param requestsPerSecond mean rate, positive
     * @param cv2 variance of the gaps over their squared mean, positive
     */
    record GammaGaps(double requestsPerSecond, double cv2) implements Arrivals {
        public GammaGaps {
            RandomTimes.positive(requestsPerSecond, "requestsPerSecond");
            RandomTimes.positive(cv2, "cv2");
        }

        @Override
        public PrimitiveIterator.OfDouble times(long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            double shape = 1 / cv2;
            return RandomTimes.of(() -> RandomTimes.gamma(random, shape) / (shape * requestsPerSecond));
        }
    }

    /**
     * Poisson arrivals whose rate switches between two states, each held for an exponential time: bursts that last.
     *
     * @param calmPerSecond rate of the first state, not negative
     * @param burstPerSecond rate of the second state, positive
     * @param calmSeconds mean time in the first state, s
     * @param burstSeconds mean time in the second state, s
     */
    record MarkovModulated(double calmPerSecond, double burstPerSecond, double calmSeconds, double burstSeconds)
            implements Arrivals {
        public MarkovModulated {
            if (!(calmPerSecond >= 0) || Double.isInfinite(calmPerSecond)) {
                throw new IllegalArgumentException(
                        "The calmPerSecond (" + calmPerSecond + ") of arrivals must be finite and not negative.");
            }
            RandomTimes.positive(burstPerSecond, "burstPerSecond");
            RandomTimes.positive(calmSeconds, "calmSeconds");
            RandomTimes.positive(burstSeconds, "burstSeconds");
        }

        @Override
        public double requestsPerSecond() {
            return (calmPerSecond * calmSeconds + burstPerSecond * burstSeconds) / (calmSeconds + burstSeconds);
        }

        @Override
        public PrimitiveIterator.OfDouble times(long seed) {
            return RandomTimes.of(new ModulatedGaps(this, new SplittableRandom(seed)));
        }
    }

    /**
     * The arrivals of a trace, faster or slower than recorded.
     *
     * @param trace whose arrivals count
     * @param speed 1 as recorded, 2 for twice the rate
     */
    record Trace(RequestTrace trace, double speed) implements Arrivals {
        public Trace {
            RandomTimes.positive(speed, "speed");
        }

        @Override
        public double requestsPerSecond() {
            return trace.requestsPerSecond() * speed;
        }

        @Override
        public PrimitiveIterator.OfDouble times(long seed) {
            return trace.requests().stream()
                    .mapToDouble(r -> r.arrivalSeconds() / speed)
                    .iterator();
        }
    }
}
