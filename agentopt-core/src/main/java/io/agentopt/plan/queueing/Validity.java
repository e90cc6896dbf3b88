package io.agentopt.plan.queueing;

/** The one sentence for numbers that no queue has. */
final class Validity {
    private Validity() {}

    static double inRange(double value, double least, double most, String what) {
        if (value >= least && value <= most) return value;
        String range = least == Double.MIN_VALUE ? "above 0" : "at least " + least;
        throw new IllegalArgumentException("The " + what + " (" + value + ") of a queue must be " + range
                + (most == Double.MAX_VALUE ? " and finite." : " and at most " + most + "."));
    }

    static double positive(double value, String what) {
        return inRange(value, Double.MIN_VALUE, Double.MAX_VALUE, what);
    }

    static double notNegative(double value, String what) {
        return inRange(value, 0, Double.MAX_VALUE, what);
    }
}
