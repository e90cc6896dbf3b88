package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.Arrays;

/**
 * The units in which a CP-SAT model counts time, and the load, memory and traffic of each row: one quantum of {@link Quanta}, or a power of ten of them.
 *
 * <p>With coarser units needs and time limits are rounded down and what a device or link offers is rounded up, so that every placement that keeps
 * the exact limits keeps the rounded ones: a bound on the rounded problem is one on the exact problem, and if it has no placement, neither has that.
 *
 * <p>Source of the rounding: sum floor(a_i / u) &lt;= floor(sum a_i / u), and floor(b m / u) &lt;= ceil(b / u) m.
 */
final class CpSatUnits {
    /** Units that the tightest time limit is divided into at least; a deadline of some seconds is counted in microseconds. */
    private static final long TIME_PARTS = 1_000_000;
    /** Units that a device or link is divided into at least; a device of 80 GB is counted in megabytes, its load in millionths or so. */
    private static final long CAPACITY_PARTS = 10_000;

    private final long time;
    private final long[] load;
    private final long[] memory;
    private final long[] traffic;

    private CpSatUnits(PlacementProblem problem, long time) {
        this.time = time;
        load = new long[problem.classes().size()];
        memory = new long[problem.classes().size()];
        traffic = new long[problem.links().size()];
        Arrays.fill(load, 1);
        Arrays.fill(memory, 1);
        Arrays.fill(traffic, 1);
    }

    /** {@return the quanta themselves: the model's feasible set is the evaluator's} */
    static CpSatUnits exact(PlacementProblem problem) {
        return new CpSatUnits(problem, 1);
    }

    /** {@return units in which coefficients are small} */
    static CpSatUnits coarse(PlacementProblem problem) {
        double tightest = problem.deadlineSeconds().orElse(Quanta.MAX_SECONDS);
        for (Milestone milestone : problem.milestones()) tightest = Math.min(tightest, milestone.seconds());
        CpSatUnits units = new CpSatUnits(problem, unit(Quanta.nanoseconds(tightest), TIME_PARTS));
        for (int h = 0; h < units.load.length; h++) {
            units.load[h] = unit(Quanta.load(problem.classes().get(h).capacityLoad()), 10 * CAPACITY_PARTS);
            units.memory[h] = unit(problem.classes().get(h).memoryBytes(), CAPACITY_PARTS);
        }
        for (int l = 0; l < units.traffic.length; l++)
            units.traffic[l] = unit(problem.links().get(l).bytesPerSecond(), CAPACITY_PARTS);
        return units;
    }

    /** {@return the largest power of ten that {@code whole} holds at least {@code parts} times, or 1} */
    private static long unit(long whole, long parts) {
        long unit = 1;
        while (whole / 10 / unit >= parts) unit *= 10;
        return unit;
    }

    /** {@return seconds of work, transfer or limit, rounded down} */
    long time(double seconds) {
        return Quanta.nanoseconds(seconds) / time;
    }

    /** {@return what a mode loads class {@code h} with, rounded down} */
    long load(int h, double load) {
        return Quanta.load(load) / this.load[h];
    }

    /** {@return what one device of class {@code h} carries, rounded up} */
    long capacityLoad(int h, double load) {
        return Math.ceilDiv(Quanta.load(load), this.load[h]);
    }

    /** {@return bytes that are held on class {@code h}, rounded down} */
    long memory(int h, long bytes) {
        return bytes / memory[h];
    }

    /** {@return memory of one device of class {@code h}, rounded up} */
    long capacityMemory(int h, long bytes) {
        return Math.ceilDiv(bytes, memory[h]);
    }

    /** {@return traffic over link {@code l}, or its capacity, rounded down} */
    long traffic(int l, long bytesPerSecond) {
        return bytesPerSecond / traffic[l];
    }
}
