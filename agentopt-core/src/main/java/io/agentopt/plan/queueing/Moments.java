package io.agentopt.plan.queueing;

import org.apache.commons.math3.distribution.GammaDistribution;

/**
 * Mean and variance of a time.
 *
 * @param mean s, at least 0
 * @param variance s^2, at least 0
 */
public record Moments(double mean, double variance) {
    /** No time at all. */
    public static final Moments NONE = new Moments(0, 0);

    private static final double EXACT_CV2 = 1e-8;

    public Moments {
        Validity.notNegative(mean, "mean time");
        Validity.notNegative(variance, "variance of a time");
    }

    /** {@return a time that is always the same} */
    public static Moments fixed(double seconds) {
        return new Moments(seconds, 0);
    }

    /**
     * {@return a time with a relative variation}
     *
     * @param cv2 squared coefficient of variation: variance over squared mean
     */
    public static Moments of(double mean, double cv2) {
        return new Moments(mean, mean * mean * cv2);
    }

    /** {@return the squared coefficient of variation; 0 for no time} */
    public double cv2() {
        return mean == 0 ? 0 : variance / (mean * mean);
    }

    /** {@return this time followed by another that does not depend on it} */
    public Moments then(Moments next) {
        return new Moments(mean + next.mean, variance + next.variance);
    }

    /** {@return so many times this time} */
    public Moments times(double factor) {
        Validity.notNegative(factor, "factor of a time");
        return new Moments(mean * factor, variance * factor * factor);
    }

    /**
     * {@return the time that a share stays below, s, by the gamma distribution of this mean and variance}
     *
     * @param share in [0, 1)
     */
    public double quantile(double share) {
        Validity.inRange(share, 0, Math.nextDown(1.0), "share");
        if (cv2() < EXACT_CV2) return mean;
        return new GammaDistribution(null, 1 / cv2(), mean * cv2()).inverseCumulativeProbability(share);
    }
}
