package io.agentopt.simulate.agent;

import java.util.SplittableRandom;

/** Random numbers of a simulation, repeatable by seed. */
final class Draws {
    private final SplittableRandom random;

    Draws(long seed) {
        this.random = new SplittableRandom(seed);
    }

    boolean happens(double probability) {
        return random.nextDouble() < probability;
    }

    /** {@return a time of a gamma distribution} */
    double time(double mean, double cv2) {
        return cv2 == 0 || mean == 0 ? mean : gamma(1 / cv2) * cv2 * mean;
    }

    /**
     * {@return tokens from 1 to a limit, the first and a beta distribution of the others: it keeps the stated mean in spite of both ends. Near the
     * limit, where the variation does not fit, it has that of a uniform distribution's shape}
     */
    int tokens(double mean, double cv2, int most) {
        double others = most - 1.0;
        double left = Math.clamp(mean - 1, 0, others);
        if (left == 0 || left == others) return 1 + (int) left;
        double share = left / others;
        double room = share * (1 - share);
        double variance = Math.min(cv2 * mean * mean / (others * others), room / 3);
        double drawn = left;
        if (variance > 1e-12) {
            double shape = room / variance - 1;
            double a = gamma(share * shape);
            double b = gamma((1 - share) * shape);
            if (a + b > 0) drawn = others * a / (a + b);
        }
        return 1 + Math.min(count(drawn), most - 1);
    }

    /** {@return a whole number with a mean: one of its two neighbours} */
    int count(double mean) {
        double whole = Math.floor(mean);
        return (int) whole + (happens(mean - whole) ? 1 : 0);
    }

    /** {@return runs of a loop} */
    int runs(LoopRuns runs) {
        return runs.at(random.nextDouble());
    }

    /** Marsaglia and Tsang, ACM TOMS 26 (2000). */
    private double gamma(double shape) {
        if (shape < 1) return gamma(shape + 1) * Math.pow(1 - random.nextDouble(), 1 / shape);
        double d = shape - 1 / 3.0;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = gaussian();
            double v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.log(1 - random.nextDouble()) < x * x / 2 + d - d * v + d * Math.log(v)) return d * v;
        }
    }

    private double gaussian() {
        while (true) {
            double x = 2 * random.nextDouble() - 1;
            double y = 2 * random.nextDouble() - 1;
            double s = x * x + y * y;
            if (s > 0 && s < 1) return x * Math.sqrt(-2 * Math.log(s) / s);
        }
    }
}
