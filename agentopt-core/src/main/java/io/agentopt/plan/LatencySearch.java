package io.agentopt.plan;

import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.solve.Family;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;
import java.util.OptionalDouble;

/**
 * The shortest critical path within a budget. Cost is least for a given deadline, so the search is over deadlines: a deadline whose
 * cheapest plan fits the budget is reached, one without plan or whose bound is above the budget is excluded. It halves the range
 * between the two. A deadline of which neither is shown is not excluded: then the search goes on above it, and the bound stays below it.
 */
record LatencySearch(PlacementProblem problem, PlacementSolver solver, SolveOptions options, double budget) {
    private static final int PROBES = 24;
    private static final double CLOSE = 1e-3;

    /** What a search comes to. */
    sealed interface Result {}

    /**
     * A plan within the budget.
     *
     * @param provedSeconds no plan within the budget is faster
     */
    record Fastest(Placed placed, double provedSeconds) implements Result {}

    /** Plans keep the SLA, but none found is within the budget. */
    record OverBudget(Placed cheapest, boolean proved) implements Result {}

    /** Without any budget there is no plan, or none was found. */
    record Unsolved(Solution solution) implements Result {}

    Result run() {
        SolveOptions share = new SolveOptions(
                options.seed(),
                Math.max(1, options.maxSteps() / PROBES * 2),
                Math.max(1, options.maxNanos() / PROBES * 2),
                options.start());
        Solution first = solver.solve(problem, options);
        if (!(first instanceof Placed cheapest)) return new Unsolved(first);
        if (Quanta.cheaper(budget, cheapest.dollarsPerHour())) {
            return new OverBudget(cheapest, Quanta.cheaper(budget, cheapest.lowerBoundDollarsPerHour()));
        }
        Placed best = cheapest;
        double bound = cheapest.lowerBoundDollarsPerHour();
        double excluded = 0;
        double unknown = 0; // the largest deadline that was neither reached nor excluded
        for (int probe = 0; probe < PROBES; probe++) {
            double reached = best.evaluation().endToEndSeconds();
            double low = Math.max(excluded, unknown);
            if (reached - low <= CLOSE * reached) break;
            double deadline = probe == 0
                    ? 0
                    : (low + reached) / 2; // nothing is faster than instant: often the bound says by how much
            Solution tried = solver.solve(problem.withDeadline(OptionalDouble.of(deadline)), share.from(best.modes()));
            switch (tried) {
                case Placed p when !Quanta.cheaper(budget, p.dollarsPerHour()) -> best = p;
                case Placed p when Quanta.cheaper(budget, p.lowerBoundDollarsPerHour()) -> excluded = deadline;
                case Infeasible none -> excluded = Math.max(deadline, leastPath(none));
                default -> unknown = deadline;
            }
        }
        double cost = best.dollarsPerHour();
        Proof proof = Quanta.cheaper(bound, cost) ? Proof.BOUNDED : Proof.OPTIMAL;
        Placed priced = new Placed(best.modes(), best.evaluation(), Math.min(bound, cost), proof, best.statistics());
        return new Fastest(priced, Math.min(excluded, best.evaluation().endToEndSeconds()));
    }

    /** {@return the shortest path over all placements that keep the other limits, where the proof of infeasibility names it} */
    private double leastPath(Infeasible none) {
        boolean exact = none.leastExact() && none.family() == Family.DEADLINE;
        return exact ? Math.nextDown(none.leastAchievable()) : 0;
    }
}
