package io.agentopt.workload;

import java.util.PrimitiveIterator;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/** Random gaps, by methods of their own: the JDK may change how it draws, and seeds are to give the same times for ever. */
final class RandomTimes {
    private RandomTimes() {}

    static void positive(double value, String name) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    "The " + name + " (" + value + ") of arrivals must be positive and finite.");
        }
    }

    /** {@return the times that gaps add up to, without end} */
    static PrimitiveIterator.OfDouble of(DoubleSupplier gaps) {
        return new PrimitiveIterator.OfDouble() {
            private double time;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public double nextDouble() {
                time += gaps.getAsDouble();
                return time;
            }
        };
    }

    /** {@return an exponential number of mean 1} */
    static double exponential(SplittableRandom random) {
        return -Math.log1p(-random.nextDouble());
    }

    /** {@return a gamma number of scale 1} Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000). */
    static double gamma(SplittableRandom random, double shape) {
        if (shape < 1) {
            double power = Math.pow(1 - random.nextDouble(), 1 / shape); // 1 - u is never 0
            return gamma(random, shape + 1) * power;
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = gaussian(random);
            double v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            double u = 1 - random.nextDouble();
            if (Math.log(u) < x * x / 2 + d - d * v + d * Math.log(v)) return d * v;
        }
    }

    /** {@return a normal number} Polar method; the second of each pair is dropped, so that draws do not depend on history. */
    private static double gaussian(SplittableRandom random) {
        while (true) {
            double x = 2 * random.nextDouble() - 1;
            double y = 2 * random.nextDouble() - 1;
            double s = x * x + y * y;
            if (s > 0 && s < 1) return x * Math.sqrt(-2 * Math.log(s) / s);
        }
    }
}
