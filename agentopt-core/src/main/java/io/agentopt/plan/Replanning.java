package io.agentopt.plan;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.SolveStatistics;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The old plan in terms of a new problem, and the choice between staying and moving.
 *
 * @param problem as it is now
 * @param worst the same with the limit of the worst case, where there is one
 * @param start the old plan in modes of the problem, the nearest where a mode is gone
 * @param exact by operator, whether its old mode is still there
 */
record Replanning(PlacementProblem problem, Optional<PlacementProblem> worst, int[] start, boolean[] exact) {
    static Replanning of(Plan<?, ?> old, PlacementProblem problem, Optional<PlacementProblem> worst) {
        Map<String, PlannedOperator> before = new HashMap<>();
        for (PlannedOperator o : old.operators()) before.put(o.id().toString(), o);
        int n = problem.operators().size();
        int[] start = new int[n];
        boolean[] exact = new boolean[n];
        for (int i = 0; i < n; i++) {
            List<Mode> modes = problem.operators().get(i).modes();
            PlannedOperator was = before.get(problem.operators().get(i).name());
            exact[i] = was == null && modes.size() == 1;
            double best = Double.POSITIVE_INFINITY;
            for (int j = 0; j < modes.size(); j++) {
                Mode mode = modes.get(j);
                double distance = mode.seconds();
                if (was != null
                        && problem.classes().get(mode.deviceClass()).name().equals(was.deviceClass())) {
                    boolean same = mode.label().equals(was.mode());
                    exact[i] |= same;
                    distance = same ? -2 : -1 / (1 + Math.abs(mode.seconds() - was.seconds() * was.pathVisits()));
                }
                if (distance < best) {
                    best = distance;
                    start[i] = j;
                }
            }
        }
        return new Replanning(problem, worst, start, exact);
    }

    List<Integer> startModes() {
        return Arrays.stream(start).boxed().toList();
    }

    /** {@return whether the old plan still is what it was and keeps every limit} */
    boolean mayStay() {
        for (boolean each : exact) if (!each) return false;
        return stay().feasible()
                && worst.map(w -> Evaluator.evaluate(w, start).feasible()).orElse(true);
    }

    Evaluation stay() {
        return Evaluator.evaluate(problem, start);
    }

    /** {@return the old placement, where it may stay}
     *
     * @param bound proved to be the least dollars per hour; 0 for none
     */
    Placed inForce(double bound) {
        Evaluation stay = stay();
        return new Placed(
                startModes(),
                stay,
                Math.min(stay.dollarsPerHour(), bound),
                Proof.BOUNDED,
                new SolveStatistics("plan in force", 0, 0));
    }

    /** {@return the better one of a placement that was found and the old one} */
    Placed cheaper(Placed found) {
        boolean stays = mayStay() && !Quanta.cheaper(found.dollarsPerHour(), stay().dollarsPerHour());
        return stays ? staying(found) : found;
    }

    /** {@return the old placement as an answer, with the bound that was proved for the better one} */
    Placed staying(Placed better) {
        Evaluation stay = stay();
        boolean optimal =
                better.proof() == Proof.OPTIMAL && !Quanta.cheaper(better.dollarsPerHour(), stay.dollarsPerHour());
        return new Placed(
                startModes(),
                stay,
                Math.min(stay.dollarsPerHour(), better.lowerBoundDollarsPerHour()),
                optimal ? Proof.OPTIMAL : Proof.BOUNDED,
                better.statistics());
    }
}
