package io.agentopt.plan.solve;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;

/** What may happen to a problem: a class fails, slows down, or changes its price; the load or the deadline changes. */
final class Contingencies {
    private static final double[] PRICES = {0.7, 1.4};
    private static final double[] SLOWER = {1.5};
    private static final double[] LOADS = {0.6, 0.8, 1.25, 1.6};
    private static final double[] LIMITS = {0.85, 0.93, 1.1, 1.25};

    private Contingencies() {}

    /** {@return the problem under one change each; for the classes that a placement uses every change, for the others a lower price} */
    static List<PlacementProblem> of(PlacementProblem problem, boolean[] used) {
        List<PlacementProblem> all = new ArrayList<>();
        for (int h = 0; h < problem.classes().size(); h++) {
            if (used[h]) {
                all.add(outage(problem, h, problem.classes().get(h).inventory()));
                for (double factor : SLOWER) all.add(slower(problem, h, factor));
            }
            for (double factor : PRICES) if (used[h] || factor < 1) all.add(price(problem, h, factor));
        }
        for (double factor : LOADS) all.add(load(problem, factor));
        for (double factor : LIMITS) all.add(limits(problem, factor));
        return all;
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
        return withModes(problem, m -> m.deviceClass() == h ? scaled(m, factor, factor) : m, problem.requestsPerHour());
    }

    static PlacementProblem load(PlacementProblem problem, double factor) {
        return withModes(problem, m -> scaled(m, 1, factor), problem.requestsPerHour() * factor);
    }

    static PlacementProblem limits(PlacementProblem problem, double factor) {
        OptionalDouble limit = problem.deadlineSeconds();
        List<Milestone> milestones = problem.milestones().stream()
                .map(m -> new Milestone(m.name(), m.operators(), m.seconds() * factor))
                .toList();
        return problem.withDeadline(limit.isPresent() ? OptionalDouble.of(limit.getAsDouble() * factor) : limit)
                .withMilestones(milestones);
    }

    private static Mode scaled(Mode m, double seconds, double load) {
        return new Mode(
                m.deviceClass(),
                m.label(),
                m.seconds() * seconds,
                m.dollarsPerRequest(),
                m.load() * load,
                m.memoryBytes(),
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
