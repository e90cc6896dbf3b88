package io.agentopt.plan.solve;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;

/** What may happen to a problem: a class fails in part or whole, changes its speed or its price; the load or the limits change. */
final class Contingencies {
    private static final double[] PRICES = {0.6, 1, 1.6};
    private static final double[] SPEEDS = {0.8, 1, 1.2, 1.5};
    private static final double[] LOADS = {0.6, 0.75, 0.9, 1, 1.1, 1.25, 1.6};
    private static final double[] LIMITS = {0.85, 0.93, 1, 1.12, 1.3};
    private static final double NARROWEST = 0.01;

    private Contingencies() {}

    /**
     * One thing that may change by more or less.
     *
     * @param levels how much, ascending
     * @param narrowest levels closer than this are not told apart
     * @param changed the problem at a level
     */
    record Line(double[] levels, double narrowest, DoubleFunction<PlacementProblem> changed) {}

    /**
     * {@return load, limits, and for each class its price; for the classes in use also speed and inventory}
     *
     * @param devices in use, by class
     */
    static List<Line> of(PlacementProblem problem, long[] devices) {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line(LOADS, NARROWEST, x -> load(problem, x)));
        lines.add(new Line(LIMITS, NARROWEST, x -> limits(problem, x)));
        for (int h = 0; h < devices.length; h++) {
            int each = h;
            boolean used = devices[h] > 0;
            double[] prices = used ? PRICES : new double[] {PRICES[0], 1};
            if (problem.classes().get(h).dollarsPerHour() > 0)
                lines.add(new Line(prices, NARROWEST, x -> price(problem, each, x)));
            if (!used) continue;
            lines.add(new Line(SPEEDS, NARROWEST, x -> slower(problem, each, x)));
            double[] left = DoubleStream.of(0, Math.floorDiv(devices[h], 2L), devices[h] - 1)
                    .distinct()
                    .toArray();
            lines.add(new Line(left, 2, x -> left(problem, each, (long) x)));
        }
        return lines;
    }

    /** Leaves at most so many devices of a class. */
    static PlacementProblem left(PlacementProblem problem, int h, long devices) {
        DeviceClass c = problem.classes().get(h);
        return withClass(problem, h, c.withInventory(Math.min(c.inventory(), devices)));
    }

    static PlacementProblem price(PlacementProblem problem, int h, double factor) {
        DeviceClass c = problem.classes().get(h);
        return withClass(
                problem,
                h,
                new DeviceClass(
                        c.name(),
                        c.dollarsPerHour() * factor,
                        c.capacityLoad(),
                        c.memoryBytes(),
                        c.inventory(),
                        c.minimumDevices()));
    }

    /** Takes devices away; 0 of a class are left when it has no more than these. */
    static PlacementProblem outage(PlacementProblem problem, int h, long lost) {
        DeviceClass c = problem.classes().get(h);
        return withClass(problem, h, c.withInventory(Math.max(0, c.inventory() - lost)));
    }

    static PlacementProblem slower(PlacementProblem problem, int h, double factor) {
        return withModes(
                problem, m -> m.deviceClass() == h ? scaled(m, factor, factor, 1) : m, problem.requestsPerHour());
    }

    /** More requests: modes are busier, and hold more KV caches and the like; weights stay. */
    static PlacementProblem load(PlacementProblem problem, double factor) {
        return withModes(
                problem,
                m -> scaled(m, 1, factor, factor),
                Math.min(Quanta.MAX_RATE, problem.requestsPerHour() * factor));
    }

    /** Limits times a factor, none beyond the longest that a problem counts. */
    static PlacementProblem limits(PlacementProblem problem, double factor) {
        DoubleUnaryOperator scaled = seconds -> Math.min(Quanta.MAX_DEADLINE_SECONDS, seconds * factor);
        OptionalDouble limit = problem.deadlineSeconds();
        List<Milestone> milestones = problem.milestones().stream()
                .map(m -> new Milestone(m.name(), m.operators(), scaled.applyAsDouble(m.seconds())))
                .toList();
        return problem.withDeadline(
                        limit.isPresent() ? OptionalDouble.of(scaled.applyAsDouble(limit.getAsDouble())) : limit)
                .withMilestones(milestones);
    }

    /** A mode with other needs, none beyond the most that a problem counts. */
    private static Mode scaled(Mode m, double seconds, double load, double memory) {
        return new Mode(
                m.deviceClass(),
                m.label(),
                Math.min(Quanta.MAX_SECONDS, m.seconds() * seconds),
                m.dollarsPerRequest(),
                Math.min(Quanta.MAX_LOAD, m.load() * load),
                (long) Math.min(Quanta.MAX_BYTES, m.memoryBytes() * memory),
                m.sharedGroup(),
                m.sharedBytes(),
                m.devices());
    }

    private static PlacementProblem withClass(PlacementProblem problem, int h, DeviceClass other) {
        List<DeviceClass> classes = new ArrayList<>(problem.classes());
        classes.set(h, other);
        return problem.withClasses(classes);
    }

    private static PlacementProblem withModes(PlacementProblem problem, UnaryOperator<Mode> change, double requests) {
        List<OperatorModes> operators = problem.operators().stream()
                .map(o -> new OperatorModes(
                        o.name(), o.modes().stream().map(change).toList()))
                .toList();
        return with(problem, operators, requests);
    }

    /** {@return the problem with other modes of its operators} */
    static PlacementProblem withOperators(PlacementProblem problem, List<OperatorModes> operators) {
        return with(problem, operators, problem.requestsPerHour());
    }

    private static PlacementProblem with(PlacementProblem problem, List<OperatorModes> operators, double requests) {
        return new PlacementProblem(
                problem.name(),
                problem.classes(),
                operators,
                problem.edges(),
                requests,
                problem.deadlineSeconds(),
                problem.milestones(),
                problem.colocated(),
                problem.links());
    }
}
