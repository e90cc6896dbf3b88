package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.function.DoubleUnaryOperator;

/**
 * Dollars per hour as whole units for CP-SAT, rounded to nearest. The scale is the smallest power of ten at which all roundings of one placement
 * together are below 1e-10 of a cost that no placement undercuts (prices in cents then stay small numbers), or the largest whose sums still fit.
 *
 * @param unitsPerDollar a power of ten
 * @param worstDollars the most by which rounding changes the cost of a placement
 */
record MoneyScale(double unitsPerDollar, double worstDollars) {
    private static final double SHARE = 1e-10;
    private static final double LARGEST_COST_UNITS = 1e15;

    static MoneyScale of(PlacementProblem problem) {
        double least = leastDollars(problem);
        double most = Math.max(1e-9, worst(problem, a -> a));
        double scale = 1;
        MoneyScale found;
        do {
            double s = scale;
            found = new MoneyScale(s, worst(problem, a -> Math.abs(a - Math.rint(a * s) / s)));
            scale *= 10;
        } while (found.worstDollars > SHARE * least && scale * most < LARGEST_COST_UNITS);
        return found;
    }

    long units(double dollarsPerHour) {
        return (long) Math.rint(dollarsPerHour * unitsPerDollar);
    }

    /** {@return a lower bound in dollars from one in units} */
    double lowerBound(double units) {
        return Math.max(0, units / unitsPerDollar - worstDollars);
    }

    /** {@return devices of a class that suffice for any placement, at most the inventory} */
    static long mostDevices(PlacementProblem problem, int h) {
        DeviceClass c = problem.classes().get(h);
        double load = 0;
        double memory = 0;
        long degree = 0;
        for (var operator : problem.operators()) {
            double most = 0;
            double bytes = 0;
            for (Mode mode : operator.modes()) {
                if (mode.deviceClass() != h) continue;
                most = Math.max(most, Quanta.load(mode.load()));
                bytes = Math.max(bytes, (double) mode.memoryBytes() + mode.sharedBytes());
                degree = Math.max(degree, mode.devices());
            }
            load += most;
            memory += bytes;
        }
        double devices = load / Quanta.load(c.capacityLoad()) + 2;
        if (c.memoryBytes() > 0) devices = Math.max(devices, memory / c.memoryBytes() + 2);
        return Math.min(c.inventory(), Math.max(degree, (long) Math.min(devices, 1e15)));
    }

    /** Sum over everything that is paid of the largest {@code of} it. */
    private static double worst(PlacementProblem problem, DoubleUnaryOperator of) {
        double sum = 0;
        for (var operator : problem.operators()) {
            double most = 0;
            for (Mode mode : operator.modes())
                most = Math.max(most, of.applyAsDouble(problem.requestsPerHour() * mode.dollarsPerRequest()));
            sum += most;
        }
        for (PlacementEdge edge : problem.edges()) sum += worst(problem, edge.costs(), of);
        for (int h = 0; h < problem.classes().size(); h++) {
            DeviceClass c = problem.classes().get(h);
            sum += of.applyAsDouble(c.dollarsPerHour()) * Math.max(c.minimumDevices(), mostDevices(problem, h));
        }
        return sum;
    }

    private static double worst(PlacementProblem problem, PairCosts costs, DoubleUnaryOperator of) {
        double most = 0;
        for (int h = 0; h < costs.classes(); h++) {
            for (int g = 0; g < costs.classes(); g++) {
                if (!costs.linked(h, g)) continue;
                most = Math.max(most, of.applyAsDouble(problem.requestsPerHour() * costs.dollarsPerRequest(h, g)));
            }
        }
        return most;
    }

    /** What every placement pays at least: each operator at its cheapest, devices in fractions, owned devices in any case. */
    private static double leastDollars(PlacementProblem problem) {
        double sum = 0;
        for (var operator : problem.operators()) {
            double least = Double.POSITIVE_INFINITY;
            for (Mode mode : operator.modes()) {
                DeviceClass c = problem.classes().get(mode.deviceClass());
                double rent = c.minimumDevices() > 0 ? 0 : c.dollarsPerHour() * mode.load() / c.capacityLoad();
                least = Math.min(least, rent + problem.requestsPerHour() * mode.dollarsPerRequest());
            }
            sum += least;
        }
        for (DeviceClass c : problem.classes()) sum += c.dollarsPerHour() * c.minimumDevices();
        return sum;
    }
}
