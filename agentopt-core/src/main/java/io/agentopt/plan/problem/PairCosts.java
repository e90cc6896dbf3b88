package io.agentopt.plan.problem;

import java.util.Arrays;

/**
 * What an edge costs by the device classes at its two ends: seconds of transfer, dollars per request, or no link at all.
 * Immutable; edges of equal size may share one.
 */
public final class PairCosts {
    private static final double NO_LINK = -1;

    private final int classes;
    private final double[] seconds;
    private final double[] dollars;

    private PairCosts(int classes, double[] seconds, double[] dollars) {
        this.classes = classes;
        this.seconds = seconds;
        this.dollars = dollars;
    }

    /** {@return a table in which every transfer is free and instant} */
    public static PairCosts free(int classes) {
        return builder(classes).build();
    }

    /** {@return a table to fill; pairs not mentioned are free and instant} */
    public static Builder builder(int classes) {
        return new Builder(classes);
    }

    /** {@return the number of device classes on each side} */
    public int classes() {
        return classes;
    }

    /** {@return whether data can go from class {@code from} to class {@code to}} */
    public boolean linked(int from, int to) {
        return seconds[at(from, to)] != NO_LINK;
    }

    /** {@return seconds of the transfer; expected visits included} */
    public double seconds(int from, int to) {
        requireLink(from, to);
        return seconds[at(from, to)];
    }

    /** {@return dollars per request of the transfer} */
    public double dollarsPerRequest(int from, int to) {
        requireLink(from, to);
        return dollars[at(from, to)];
    }

    /** {@return this table with a free link where there was none} */
    public PairCosts withLink(int from, int to) {
        return toBuilder().set(from, to, 0, 0).build();
    }

    private Builder toBuilder() {
        Builder copy = new Builder(classes);
        System.arraycopy(seconds, 0, copy.seconds, 0, seconds.length);
        System.arraycopy(dollars, 0, copy.dollars, 0, dollars.length);
        return copy;
    }

    private int at(int from, int to) {
        return from * classes + to;
    }

    private void requireLink(int from, int to) {
        if (!linked(from, to)) {
            throw new IllegalArgumentException("There is no link from device class " + from + " to device class " + to
                    + ". Ask linked(from, to) first.");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PairCosts that
                && classes == that.classes
                && Arrays.equals(seconds, that.seconds)
                && Arrays.equals(dollars, that.dollars);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(seconds) + Arrays.hashCode(dollars);
    }

    @Override
    public String toString() {
        return "PairCosts[" + classes + " classes]";
    }

    /** Fills a {@link PairCosts}. */
    public static final class Builder {
        private final int classes;
        private final double[] seconds;
        private final double[] dollars;

        private Builder(int classes) {
            Check.range(classes, 1, PlacementProblem.MAX_CLASSES, "number of device classes", "a table of pair costs");
            this.classes = classes;
            this.seconds = new double[classes * classes];
            this.dollars = new double[classes * classes];
        }

        /** Sets what a transfer from class {@code from} to class {@code to} takes and costs. */
        public Builder set(int from, int to, double transferSeconds, double dollarsPerRequest) {
            String owner = owner(from, to);
            Check.range(transferSeconds, 0, Quanta.MAX_SECONDS, "seconds", owner);
            Check.range(dollarsPerRequest, 0, Quanta.MAX_RATE, "dollarsPerRequest", owner);
            seconds[from * classes + to] = transferSeconds;
            dollars[from * classes + to] = dollarsPerRequest;
            return this;
        }

        /** Says that nothing can go from class {@code from} to class {@code to}. */
        public Builder forbid(int from, int to) {
            owner(from, to);
            seconds[from * classes + to] = NO_LINK;
            dollars[from * classes + to] = 0;
            return this;
        }

        private String owner(int from, int to) {
            String owner = "the transfer " + from + " -> " + to;
            Check.index(from, classes, "device class", owner);
            Check.index(to, classes, "device class", owner);
            return owner;
        }

        /** {@return the finished table} */
        public PairCosts build() {
            return new PairCosts(classes, seconds.clone(), dollars.clone());
        }
    }
}
