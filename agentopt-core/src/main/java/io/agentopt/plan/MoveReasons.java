package io.agentopt.plan;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.problem.Violation;
import java.util.List;

/**
 * Why an operator moves, found by moving it back: the new placement with this one operator where it was breaks a limit, or costs more.
 *
 * @param problem as it is now
 * @param start the old placement in modes of the problem
 * @param exact whether the operator's old mode is still there
 * @param now the new placement
 * @param changes what happened
 * @param objective what is made least
 */
record MoveReasons(
        PlacementProblem problem, int[] start, boolean[] exact, int[] now, List<Change> changes, Objective objective) {
    /** A cause and the words for it. */
    record Reason(Move.Cause cause, String why) {}

    Reason of(int i, PlannedOperator was) {
        boolean classThere = problem.classes().stream().anyMatch(c -> c.name().equals(was.deviceClass()));
        if (!classThere) return new Reason(Move.Cause.LOST, "'" + was.deviceClass() + "' is gone");
        if (!exact[i]) {
            return new Reason(
                    Move.Cause.MODE_GONE, "'" + was.mode() + "' is no longer offered on '" + was.deviceClass() + "'");
        }
        int[] back = now.clone();
        back[i] = start[i];
        Evaluation there = Evaluator.evaluate(problem, back);
        Evaluation here = Evaluator.evaluate(problem, now);
        if (!there.feasible()) return broken(there.violations().getFirst());
        if (!Objective.money(objective))
            return new Reason(Move.Cause.TOGETHER, "belongs to the plan of least " + objective.id());
        double saving = there.dollarsPerHour() - here.dollarsPerHour();
        return Quanta.cheaper(here.dollarsPerHour(), there.dollarsPerHour())
                ? new Reason(Move.Cause.CHEAPER, "saves $" + Explanation.money(saving) + " per hour")
                : new Reason(Move.Cause.TOGETHER, "saves together with the other moves");
    }

    private Reason broken(Violation violation) {
        return switch (violation) {
            case Violation.DeadlineMissed v -> late("the end-to-end limit", v.seconds(), v.limitSeconds());
            case Violation.MilestoneMissed v ->
                late("the limit of " + problem.milestones().get(v.milestone()).name(), v.seconds(), v.limitSeconds());
            case Violation.InventoryExceeded v -> {
                String name = problem.classes().get(v.deviceClass()).name();
                boolean fewer = changes.stream()
                        .anyMatch(c ->
                                (c instanceof Change.Outage o && o.deviceClass().equals(name))
                                        || (c instanceof Change.InventoryChanged k
                                                && k.deviceClass().equals(name)));
                String needs = "staying needs " + v.devices() + " of '" + name + "', there are " + v.inventory();
                yield new Reason(fewer ? Move.Cause.LOST : Move.Cause.FULL, needs);
            }
            case Violation.LinkMissing v -> new Reason(Move.Cause.FULL, "staying has no link to its neighbours");
            case Violation.LinkOverloaded v -> new Reason(Move.Cause.FULL, "staying overloads a link");
            case Violation.Separated v -> new Reason(Move.Cause.TOGETHER, "runs on one class with its group");
        };
    }

    private static Reason late(String limit, double seconds, double allowed) {
        return new Reason(
                Move.Cause.LATE,
                "staying misses " + limit + " (mean " + Explanation.time(seconds) + " of " + Explanation.time(allowed)
                        + ")");
    }
}
