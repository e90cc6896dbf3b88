package io.agentopt.plan;

import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.Relaxation;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.SolveStatistics;
import io.agentopt.plan.solve.Undecided;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Solves problems under a second limit that counts the runs of the slowest request: D on the expected path and W on the worst one.
 *
 * <p>A placement problem has one time per mode, so the two limits are not stated together. Each of the two problems with one limit is a
 * relaxation: its bound holds for both limits, and its placement, if it keeps the other limit, is as good as its bound. Where
 * neither does, the times of both are joined into
 *
 * <pre>
 * t = max(t expected, t worst * D / W)     with the limit D
 * </pre>
 *
 * whose placements keep both limits: along any path the sum of t is at least the expected sum, and at least D / W times the worst sum.
 * This excludes some that would keep them as well, so that the cost is an upper bound, the gap to the two relaxations proved, and failure no
 * proof.
 */
final class WorstCaseSolver implements PlacementSolver {
    /** Longest limit of a worst case, s: below the longest time that a mode counts, so that what is longer never fits. */
    static final double LONGEST_SECONDS = Quanta.MAX_SECONDS - 1;

    private final PlacementSolver solver;
    private final PlacementProblem worst;
    private final Solution worstAlone;

    WorstCaseSolver(PlacementSolver solver, PlacementProblem worst, SolveOptions options) {
        this.solver = solver;
        this.worst = worst;
        this.worstAlone = solver.solve(worst, options);
    }

    /** {@return what the limit of the worst case alone allows} */
    Solution alone() {
        return worstAlone;
    }

    /**
     * Solves a problem with the same operators, modes and money as the worst case; one without a deadline is solved without either limit. If
     * the worst case alone is infeasible, the answer is that, and speaks of the problem of the worst case.
     */
    @Override
    public Solution solve(PlacementProblem problem, SolveOptions options) {
        Solution expected = solver.solve(problem, options);
        if (problem.deadlineSeconds().isEmpty()) return expected;
        if (expected instanceof Infeasible) return expected;
        if (worstAlone instanceof Infeasible) return worstAlone;
        double bound = Math.max(bound(expected), bound(worstAlone));
        Placed best = null;
        if (expected instanceof Placed p) best = better(best, problem, p.modes(), bound, p.statistics());
        if (worstAlone instanceof Placed p) best = better(best, problem, p.modes(), bound, p.statistics());
        if (best != null && best.proof() == Proof.OPTIMAL) return best;
        PlacementProblem both = joined(problem);
        SolveOptions start = options;
        if (best != null) start = options.from(best.modes());
        else if (worstAlone instanceof Placed p) start = options.from(p.modes());
        Solution joined = solver.solve(both, start);
        if (joined instanceof Placed p) best = better(best, problem, p.modes(), bound, p.statistics());
        if (best != null) return best;
        List<Integer> nearest = expected instanceof Placed p ? p.modes() : List.of();
        return new Undecided(new Relaxation(List.of(), nearest), joined.statistics());
    }

    private @Nullable Placed better(
            @Nullable Placed best,
            PlacementProblem problem,
            List<Integer> modes,
            double bound,
            SolveStatistics statistics) {
        int[] mode = modes.stream().mapToInt(Integer::intValue).toArray();
        var evaluation = Evaluator.evaluate(problem, mode);
        if (!evaluation.feasible() || !Evaluator.evaluate(worst, mode).feasible()) return best;
        double cost = evaluation.dollarsPerHour();
        if (best != null && !Quanta.cheaper(cost, best.dollarsPerHour())) return best;
        boolean proved = !Quanta.cheaper(bound, cost);
        return new Placed(modes, evaluation, proved ? cost : bound, proved ? Proof.OPTIMAL : Proof.BOUNDED, statistics);
    }

    private static double bound(Solution solution) {
        return solution instanceof Placed p ? p.lowerBoundDollarsPerHour() : 0;
    }

    private PlacementProblem joined(PlacementProblem expected) {
        double deadline = expected.deadlineSeconds().orElseThrow();
        double share = deadline / worst.deadlineSeconds().orElseThrow();
        List<OperatorModes> operators = new ArrayList<>();
        for (int i = 0; i < expected.operators().size(); i++) {
            OperatorModes mean = expected.operators().get(i);
            OperatorModes slow = worst.operators().get(i);
            List<Mode> modes = new ArrayList<>();
            for (int m = 0; m < mean.modes().size(); m++)
                modes.add(lasting(
                        mean.modes().get(m),
                        joined(
                                mean.modes().get(m).seconds(),
                                slow.modes().get(m).seconds(),
                                share)));
            operators.add(new OperatorModes(mean.name(), modes));
        }
        Map<List<Integer>, PairCosts> slow = new HashMap<>();
        worst.edges().forEach(e -> slow.put(List.of(e.from(), e.to()), e.costs()));
        List<PlacementEdge> edges = expected.edges().stream()
                .map(e -> new PlacementEdge(
                        e.from(),
                        e.to(),
                        joined(e.costs(), slow.getOrDefault(List.of(e.from(), e.to()), e.costs()), share),
                        e.bytesPerRequest()))
                .toList();
        List<Milestone> milestones = expected.milestones();
        return new PlacementProblem(
                expected.name() + " (both limits)",
                expected.classes(),
                operators,
                edges,
                expected.requestsPerHour(),
                OptionalDouble.of(deadline),
                milestones,
                expected.colocated(),
                expected.links());
    }

    /** The larger time, a nanosecond longer where it was scaled, so that rounding never makes it too short. */
    private static double joined(double expected, double slow, double share) {
        double scaled = slow == 0 ? 0 : slow * share + 1e-9;
        return Math.min(Quanta.MAX_SECONDS, Math.max(expected, scaled));
    }

    private static PairCosts joined(PairCosts expected, PairCosts slow, double share) {
        PairCosts.Builder table = PairCosts.builder(expected.classes());
        for (int a = 0; a < expected.classes(); a++) {
            for (int b = 0; b < expected.classes(); b++) {
                if (expected.linked(a, b) && slow.linked(a, b)) {
                    double seconds = joined(expected.seconds(a, b), slow.seconds(a, b), share);
                    table.set(a, b, seconds, expected.dollarsPerRequest(a, b));
                } else {
                    table.forbid(a, b);
                }
            }
        }
        return table.build();
    }

    private static Mode lasting(Mode m, double seconds) {
        return new Mode(
                m.deviceClass(),
                m.label(),
                seconds,
                m.dollarsPerRequest(),
                m.load(),
                m.memoryBytes(),
                m.sharedGroup(),
                m.sharedBytes(),
                m.devices());
    }
}
