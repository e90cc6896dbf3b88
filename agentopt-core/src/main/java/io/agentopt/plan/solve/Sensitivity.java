package io.agentopt.plan.solve;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.problem.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What would be if: each question is a changed problem, solved from the placement in force within a budget of its own. An answer is exact when
 * both placements are proved optimal; else it is what was found, with a bound.
 */
public final class Sensitivity {
    private final PlacementProblem problem;
    private final Placed placed;
    private final Replanner replanner;
    private final SolveOptions each;

    /**
     * Questions about a placement.
     *
     * @param each budget of one question
     */
    public Sensitivity(PlacementProblem problem, Placed placed, SolveOptions each) {
        this.problem = problem;
        this.placed = placed;
        this.replanner = Replanner.of(problem);
        this.each = each;
    }

    /**
     * A changed problem against the placement in force.
     *
     * @param dollarsPerHour cost of the placement found, less the one in force; negative saves
     * @param leastDollarsPerHour no placement of the changed problem differs by less; proved
     * @param seconds end-to-end time of the placement found, less the one in force
     * @param exact whether both are proved optimal, so that the two numbers of dollars are one
     * @param found the placement; empty when there is none, or none was found
     * @param impossible whether it is proved that there is none
     */
    public record Difference(
            double dollarsPerHour,
            double leastDollarsPerHour,
            double seconds,
            boolean exact,
            Optional<Placed> found,
            boolean impossible) {}

    /**
     * The best placement in which an operator does not run in its mode.
     *
     * @param mode its mode there, an index of the stated problem; empty when there is no such placement
     * @param difference against the placement in force
     * @param breaks where there is none: what the nearest other mode breaks when only this operator changes
     */
    public record RunnerUp(Optional<Integer> mode, Difference difference, Optional<Violation> breaks) {}

    /** {@return the best placement in which an operator runs in another mode; empty when it has no other} */
    public Optional<RunnerUp> runnerUp(int operator) {
        List<Mode> modes = problem.operators().get(operator).modes();
        if (modes.size() < 2) return Optional.empty();
        int chosen = placed.modes().get(operator);
        List<Mode> others = new ArrayList<>(modes);
        others.remove(chosen);
        List<OperatorModes> operators = new ArrayList<>(problem.operators());
        operators.set(
                operator, new OperatorModes(problem.operators().get(operator).name(), others));
        Difference difference = under(Contingencies.withOperators(problem, operators));
        Optional<Integer> mode = difference.found().map(p -> {
            int j = p.modes().get(operator);
            return j < chosen ? j : j + 1;
        });
        return Optional.of(new RunnerUp(mode, difference, mode.isPresent() ? Optional.empty() : breaks(operator)));
    }

    /** {@return the difference with more devices of a class} */
    public Difference moreDevices(int deviceClass, long devices) {
        List<DeviceClass> classes = new ArrayList<>(problem.classes());
        DeviceClass c = classes.get(deviceClass);
        classes.set(deviceClass, c.withInventory(Math.min(DeviceClass.MAX_INVENTORY, c.inventory() + devices)));
        return under(problem.withClasses(classes));
    }

    /** {@return the difference with a later deadline} */
    public Difference laterDeadline(double seconds) {
        OptionalDouble limit = problem.deadlineSeconds();
        return under(
                limit.isPresent()
                        ? problem.withDeadline(OptionalDouble.of(later(limit.getAsDouble(), seconds)))
                        : problem);
    }

    /** {@return the difference with a later milestone} */
    public Difference laterMilestone(int milestone, double seconds) {
        List<Milestone> milestones = new ArrayList<>(problem.milestones());
        Milestone m = milestones.get(milestone);
        milestones.set(milestone, new Milestone(m.name(), m.operators(), later(m.seconds(), seconds)));
        return under(problem.withMilestones(milestones));
    }

    /** {@return the difference in any other problem with operators, classes and modes of these names} */
    public Difference under(PlacementProblem changed) {
        Solution solution = replanner.replan(changed, placed, each);
        double cost = placed.dollarsPerHour();
        return switch (solution) {
            case Placed p ->
                new Difference(
                        p.dollarsPerHour() - cost,
                        p.lowerBoundDollarsPerHour() - cost,
                        p.evaluation().endToEndSeconds() - placed.evaluation().endToEndSeconds(),
                        p.proof() == Proof.OPTIMAL && placed.proof() == Proof.OPTIMAL,
                        Optional.of(p),
                        false);
            case Infeasible i -> new Difference(0, 0, 0, true, Optional.empty(), true);
            case Undecided u -> new Difference(0, 0, 0, false, Optional.empty(), false);
        };
    }

    private static double later(double limit, double seconds) {
        return Math.min(Quanta.MAX_DEADLINE_SECONDS, limit + seconds);
    }

    private Optional<Violation> breaks(int operator) {
        int[] modes = placed.modeOfOperator();
        int chosen = modes[operator];
        List<Violation> least = List.of();
        for (int j = 0; j < problem.operators().get(operator).modes().size(); j++) {
            if (j == chosen) continue;
            modes[operator] = j;
            Evaluation there = Evaluator.evaluate(problem, modes);
            if (least.isEmpty() || there.violations().size() < least.size()) least = there.violations();
        }
        return least.stream().findFirst();
    }
}
