package io.agentopt.plan.queueing;

import java.util.function.DoubleUnaryOperator;

/**
 * Servers of a language model that work on all their requests at once, an iteration giving each a token: processor sharing whose speed depends
 * on how many share it.
 *
 * <pre>
 * n in the system, r servers, B at most in each;  x = n / r in [1, B];  T(x) = seconds of an iteration;  m = tokens of a request
 * mu(n) = min(n, r B) (1 - q) / (m T(x))              completions per second;  q = share of time that prompts take
 * p(n)  = p(0) prod_{i=1..n} rate / mu(i)             product form: only the mean of m counts
 * mean time = E[n] / rate;  time per token = E[min(n, r B)] / (rate m);  wait = E[(n - r B)+] / rate
 * </pre>
 *
 * With r servers and balanced routing each has n / r. Bursts (ca2 above 1) are counted as ca2 requests that come and leave together, which
 * is slower than what they do: on the safe side. Range: utilisation below 1.
 *
 * @param servers r, at least 1
 * @param mostInBatch B, at least 1: by configuration or KV memory
 * @param arrivalsPerSecond of all servers together, at least 0
 * @param arrivalCv2 variance of the gaps between arrivals over their squared mean
 * @param tokens m, mean, above 0
 * @param iterationSeconds T: seconds of an iteration by how many share it, for any number from 1 to B, not decreasing
 * @param promptShare q, in [0, 1): share of a server's time that goes to prompts
 */
public record BatchingServers(
        int servers,
        int mostInBatch,
        double arrivalsPerSecond,
        double arrivalCv2,
        double tokens,
        DoubleUnaryOperator iterationSeconds,
        double promptShare) {
    private static final double NEGLIGIBLE = 1e-14;

    public BatchingServers {
        Validity.inRange(servers, 1, ErlangC.MOST_SERVERS, "number of servers");
        Validity.inRange(mostInBatch, 1, ErlangC.MOST_SERVERS, "batch limit");
        Validity.notNegative(arrivalsPerSecond, "arrival rate");
        Validity.notNegative(arrivalCv2, "arrival cv2");
        Validity.positive(tokens, "number of tokens");
        Validity.notNegative(promptShare, "share of prompts");
    }

    /** What requests see, or that the servers cannot keep up. */
    public sealed interface Shared {
        /**
         * Servers that keep up.
         *
         * @param waiting before a request gets into a batch
         * @param tokenSeconds time between two tokens of a request, mean and variance over tokens, s
         * @param inBatch mean number of requests in one server's batch that a token shares its iteration with, itself included
         * @param busy chance that a request finds every server at work, in [0, 1]
         * @param working share of the servers that are at work, mean, in [0, 1]
         */
        record Steady(Waiting.Stable waiting, Moments tokenSeconds, double inBatch, double busy, double working)
                implements Shared {
            /** {@return the time of a request from its first place in the queue to its last token; as {@link #generating} after the wait} */
            public Moments request(double tokens, double tokensCv2) {
                return waiting.moments().then(generating(tokens, tokensCv2));
            }

            /**
             * {@return the time of a request's tokens, once it is in a batch}
             *
             * @param tokens of the request, mean
             * @param tokensCv2 variation of that number
             */
            public Moments generating(double tokens, double tokensCv2) {
                // The speed changes about as slowly as requests last: the average over a time of one correlation length
                // keeps 2/e of the variance.
                double speed = 2 / Math.E * tokenSeconds.cv2();
                return Moments.of(tokens * tokenSeconds.mean(), tokensCv2 + speed * (1 + tokensCv2));
            }
        }

        /** Servers that cannot keep up. */
        record Overloaded(Waiting.Saturated saturated) implements Shared {}
    }

    /** {@return requests per second that all servers together can complete, with full batches} */
    public double capacityPerSecond() {
        return Math.max(0, completions((double) servers * mostInBatch));
    }

    /** {@return what requests see in the long run} */
    public Shared solve() {
        double capacity = capacityPerSecond();
        if (arrivalsPerSecond >= capacity) {
            return new Shared.Overloaded(Waiting.Saturated.of(
                    capacity == 0 ? Double.POSITIVE_INFINITY : arrivalsPerSecond / capacity,
                    servers,
                    "A load of " + arrivalsPerSecond + " requests/s of " + tokens + " tokens"));
        }
        if (arrivalsPerSecond == 0) {
            double alone = seconds(1);
            return new Shared.Steady(new Waiting.Stable(0, 0, 0), Moments.fixed(alone), 1, 0, 0);
        }
        return new Sums().solve(capacity);
    }

    /** Sums over the states, weighted by their probability. */
    private final class Sums {
        private final double burst = Math.max(1, arrivalCv2);
        private final double full = (double) servers * mostInBatch;
        private double weight = 1;
        private double total = 1;
        private double queued;
        private double waits;
        private double allBusy;
        private double atWork;
        private double active;
        private double sharing;
        private double slowness;
        private double slownessSquared;

        Shared.Steady solve(double capacity) {
            double last = Math.ceil(full / burst);
            double tail =
                    arrivalsPerSecond / capacity; // ratio of one state to the one before, once every batch is full
            for (double j = 1; j <= last; j++) {
                double n = j * burst;
                double ratio = arrivalsPerSecond / completions(n);
                weight *= ratio;
                add(n, weight);
                if (ratio < 1 && weight < NEGLIGIBLE * total) return steady(capacity);
                if (weight > 1e200) rescale(1e-200);
            }
            double beyond = weight * tail / (1 - tail);
            double further = burst / (1 - tail); // mean number beyond the last state
            add(last * burst + further, beyond);
            return steady(capacity);
        }

        private void add(double n, double p) {
            double served = Math.min(n, full);
            double s = seconds(n);
            total += p;
            queued += p * Math.max(0, n - full);
            if (n >= full) waits += p;
            if (n >= servers) allBusy += p;
            atWork += p * Math.min(1, n / servers);
            active += p * served;
            sharing += p * served * Math.max(1, served / servers);
            slowness += p * served * s;
            slownessSquared += p * served * s * s;
        }

        private void rescale(double by) {
            weight *= by;
            total *= by;
            queued *= by;
            waits *= by;
            allBusy *= by;
            atWork *= by;
            active *= by;
            sharing *= by;
            slowness *= by;
            slownessSquared *= by;
        }

        private Shared.Steady steady(double capacity) {
            double perToken = active / total / (arrivalsPerSecond * tokens);
            double mean = slowness / active;
            double variance = Math.max(0, slownessSquared / active - mean * mean);
            double cv2 = variance / (mean * mean);
            Waiting.Stable wait = new Waiting.Stable(
                    queued / total / arrivalsPerSecond, Math.min(1, waits / total), arrivalsPerSecond / capacity);
            return new Shared.Steady(
                    wait,
                    Moments.of(perToken, cv2),
                    sharing / active,
                    Math.min(1, allBusy / total),
                    Math.min(1, atWork / total));
        }
    }

    private double completions(double inSystem) {
        return Math.min(inSystem, (double) servers * mostInBatch) / (tokens * seconds(inSystem));
    }

    /** Seconds that a request waits for a token when so many are in the system; infinite where prompts take all the time. */
    private double seconds(double inSystem) {
        double sharing = Math.clamp(inSystem / servers, 1, mostInBatch);
        return promptShare >= 1
                ? Double.POSITIVE_INFINITY
                : iterationSeconds.applyAsDouble(sharing) / (1 - promptShare);
    }
}
