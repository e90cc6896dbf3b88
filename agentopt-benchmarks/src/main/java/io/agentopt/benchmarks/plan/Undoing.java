package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.ClassUse.Binding;
import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Violation;
import io.agentopt.plan.solve.Family;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.LocalSearchSolver;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.Relaxation;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.SolveStatistics;
import io.agentopt.plan.solve.Undecided;
import java.util.List;

/** Says what stands in the way of a placement that nearly fits. */
record Undoing(PlacementProblem problem, Relaxation relaxation) {
    private static final int STEPS = 2_000;

    /** From the placement where a short local search ends. */
    Undoing(PlacementProblem problem) {
        this(problem, nearest(problem));
    }

    private static Relaxation nearest(PlacementProblem problem) {
        return switch (new LocalSearchSolver().solve(problem, SolveOptions.steps(1, STEPS))) {
            case Placed placed -> new Relaxation(List.of(), placed.modes());
            case Infeasible infeasible -> infeasible.relaxation();
            case Undecided undecided -> undecided.nearest();
        };
    }

    /** {@return the relaxation as the reason of an infeasibility that somebody else has proved} */
    Infeasible infeasible(SolveStatistics statistics) {
        Evaluation evaluation = Evaluator.evaluate(
                problem,
                relaxation.witness().stream().mapToInt(Integer::intValue).toArray());
        return switch (evaluation.violations().getFirst()) {
            case Violation.DeadlineMissed v ->
                reason(Family.DEADLINE, v.seconds(), v.limitSeconds(), evaluation.criticalPath(), statistics);
            case Violation.MilestoneMissed v ->
                reason(
                        Family.MILESTONE,
                        v.seconds(),
                        v.limitSeconds(),
                        problem.milestones().get(v.milestone()).operators(),
                        statistics);
            case Violation.InventoryExceeded v ->
                reason(
                        v.cause() == Binding.MEMORY ? Family.MEMORY : Family.INVENTORY,
                        v.devices(),
                        v.inventory(),
                        List.of(),
                        statistics);
            case Violation.LinkMissing v -> {
                var edge = problem.edges().get(v.edge());
                yield reason(
                        Family.LINK, evaluation.violations().size(), 0, List.of(edge.from(), edge.to()), statistics);
            }
            case Violation.LinkOverloaded v ->
                reason(Family.BANDWIDTH, v.bytesPerSecond(), v.capacity(), List.of(), statistics);
            case Violation.Separated v ->
                reason(
                        Family.COLOCATION,
                        v.deviceClasses().size(),
                        1,
                        problem.colocated().get(v.group()),
                        statistics);
        };
    }

    private Infeasible reason(
            Family family, double value, double limit, List<Integer> operators, SolveStatistics statistics) {
        return new Infeasible(family, value, limit, false, operators, relaxation, true, statistics);
    }
}
