package io.agentopt.plan.queueing;

import java.util.Locale;

/** How long customers of a queue wait before their service begins, or that the queue grows without end. */
public sealed interface Waiting {
    /**
     * A queue that settles.
     *
     * @param meanSeconds mean wait of all customers, those that do not wait included, s
     * @param probability that a customer waits, in [0, 1]
     * @param utilisation busy share of the servers, in [0, 1)
     */
    record Stable(double meanSeconds, double probability, double utilisation) implements Waiting {
        public Stable {
            Validity.notNegative(meanSeconds, "mean wait");
            Validity.inRange(probability, 0, 1, "wait probability");
        }

        /** {@return mean and variance of the wait: nothing, or with {@code probability} an exponential time} */
        public Moments moments() {
            if (meanSeconds == 0 || probability == 0) return Moments.NONE;
            return new Moments(meanSeconds, meanSeconds * meanSeconds * (2 / probability - 1));
        }

        /**
         * {@return the wait that a share of customers does not exceed, s, from an exponential tail: P(W > t) = p exp(-p t / mean)}
         *
         * @param share in [0, 1), such as 0.95
         */
        public double quantile(double share) {
            Validity.inRange(share, 0, Math.nextDown(1.0), "share of customers");
            if (1 - share >= probability || meanSeconds == 0) return 0;
            return meanSeconds / probability * Math.log(probability / (1 - share));
        }
    }

    /**
     * More work than the servers can do: there is no mean wait.
     *
     * @param utilisation work over what the servers can do, at least 1; infinite where they can do nothing
     * @param reason in words
     */
    record Saturated(double utilisation, String reason) implements Waiting {
        static Saturated of(double utilisation, double servers, String work) {
            return new Saturated(
                    utilisation,
                    String.format(
                            Locale.ROOT,
                            "%s keeps %.3g times what %.4g servers can do; the queue grows without end."
                                    + " Lower the rate or add servers.",
                            work,
                            utilisation,
                            servers));
        }
    }
}
