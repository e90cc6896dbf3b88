package io.agentopt.plan.problem;

/**
 * The one place that says how numbers are compared.
 *
 * <p>Everything a limit applies to is counted in whole quanta: time in nanoseconds, load in billionths of a device, memory
 * in bytes, traffic in bytes per second. Sums of quanta are exact in a {@code long} whatever the order, so two evaluations of one placement never
 * disagree on feasibility and no tolerance is needed. Money is a {@code double} and never decides feasibility; two costs
 * closer than {@link #COST_TOLERANCE} are the same cost.
 *
 * <p>The limits below keep every possible sum of a problem under 2^63.
 */
public final class Quanta {
    /** Relative difference under which two costs are the same. */
    public static final double COST_TOLERANCE = 1e-9;

    /** Most operators of one problem. */
    public static final int MAX_OPERATORS = 4000;

    /** Longest operator or transfer, in seconds (11 days). */
    public static final double MAX_SECONDS = 1e6;

    /** Longest deadline, in seconds. */
    public static final double MAX_DEADLINE_SECONDS = 8e9;

    /** Largest load of one operator, in devices. */
    public static final double MAX_LOAD = 1e6;

    /** Largest memory of one mode or device, in bytes. */
    public static final long MAX_BYTES = 1_000_000_000_000_000L;

    /** Largest amount of money: dollars per hour of a device, dollars per request, requests per hour. */
    public static final double MAX_RATE = 1e9;

    /** Most traffic of one edge under a link capacity, in bytes per second. */
    public static final long MAX_TRAFFIC = 8_000_000_000_000L;

    /** More devices than any inventory holds; what a need without any capacity asks for. */
    public static final long NO_CAPACITY = 1_000_000_000_000_000L;

    private static final double PER_UNIT = 1e9;

    private Quanta() {}

    /** {@return seconds as whole nanoseconds} */
    public static long nanoseconds(double seconds) {
        return Math.round(seconds * PER_UNIT);
    }

    /** {@return nanoseconds as seconds} */
    public static double seconds(long nanoseconds) {
        return nanoseconds / PER_UNIT;
    }

    /** {@return a load in billionths of a device; a positive load is never rounded to nothing} */
    public static long load(double devices) {
        long quanta = Math.round(devices * PER_UNIT);
        return quanta == 0 && devices > 0 ? 1 : quanta;
    }

    /** {@return traffic in whole bytes per second; positive traffic is never rounded to nothing} */
    public static long bytesPerSecond(double bytesPerRequest, double requestsPerHour) {
        double rate = bytesPerRequest * requestsPerHour / 3600;
        long quanta = Math.round(rate);
        return quanta == 0 && rate > 0 ? 1 : quanta;
    }

    /** {@return a load in devices} */
    public static double devices(long loadQuanta) {
        return loadQuanta / PER_UNIT;
    }

    /** {@return whole devices for a need, {@link #NO_CAPACITY} when a device offers none} */
    public static long devicesFor(long need, long capacityPerDevice) {
        if (need == 0) return 0;
        return capacityPerDevice == 0 ? NO_CAPACITY : Math.min(NO_CAPACITY, Math.ceilDiv(need, capacityPerDevice));
    }

    /** {@return whether {@code cost} is below {@code other} by more than the tolerance} */
    public static boolean cheaper(double cost, double other) {
        if (Double.isInfinite(other)) return cost < other;
        return cost < other - COST_TOLERANCE * Math.max(1e-6, Math.abs(other));
    }
}
