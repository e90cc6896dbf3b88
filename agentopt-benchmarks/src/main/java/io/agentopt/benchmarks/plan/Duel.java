package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolutionChecker;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.Undecided;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One problem solved by the planner and, right after, by CP-SAT.
 *
 * @param problem the problem
 * @param ours the planner's answer
 * @param oracle CP-SAT's; nothing where it cannot be loaded or was not asked
 */
record Duel(PlacementProblem problem, Solution ours, Optional<Solution> oracle) {
    private static final long SEED = 1;

    static Duel of(PlacementProblem problem, Duration our, Optional<CpSatSolver> oracle, Duration its) {
        Solution ours = PlacementSolver.portfolio().solve(problem, SolveOptions.time(SEED, our));
        return new Duel(problem, ours, oracle.map(o -> o.solve(problem, SolveOptions.time(SEED, its))));
    }

    /** {@return CP-SAT's placement if it called it optimal and ours, which the evaluator has checked, does not refute that} */
    Optional<Placed> optimum() {
        return oracle.flatMap(o ->
                o instanceof Placed p && p.proof() == Proof.OPTIMAL && !refutes(p) ? Optional.of(p) : Optional.empty());
    }

    private boolean refutes(Placed theirs) {
        return ours instanceof Placed p
                && p.evaluation().feasible()
                && Quanta.cheaper(p.dollarsPerHour() * (1 + 1e-8), theirs.lowerBoundDollarsPerHour());
    }

    /** {@return whether CP-SAT proved that there is no placement} */
    boolean provedInfeasible() {
        return oracle.isPresent() && oracle.get() instanceof Infeasible;
    }

    /** {@return whether ours costs at most {@code 1 + share} of the other cost} */
    boolean within(double share, double cost) {
        return ours instanceof Placed p && p.dollarsPerHour() <= cost * (1 + share) + 1e-12;
    }

    /** {@return where the two answers cannot both be true, or ours is not what it claims} */
    List<String> contradictions() {
        List<String> found = new ArrayList<>(SolutionChecker.complaints(problem, ours));
        if (oracle.isEmpty()) return found;
        double tolerance = 1 + 1e-8;
        switch (ours) {
            case Placed p -> {
                if (oracle.get() instanceof Infeasible) found.add("CP-SAT calls it infeasible, ours has a placement.");
                if (oracle.get() instanceof Placed o) {
                    if (p.lowerBoundDollarsPerHour() > o.dollarsPerHour() * tolerance)
                        found.add("Our bound (" + p.lowerBoundDollarsPerHour() + ") is above CP-SAT's placement ("
                                + o.dollarsPerHour() + ").");
                    if (Quanta.cheaper(p.dollarsPerHour() * tolerance, o.lowerBoundDollarsPerHour()))
                        found.add("Our placement (" + p.dollarsPerHour() + ") is below CP-SAT's bound ("
                                + o.lowerBoundDollarsPerHour() + ").");
                }
            }
            case Infeasible i -> {
                if (oracle.get() instanceof Placed o)
                    found.add("Ours calls it infeasible, CP-SAT has a placement for " + o.dollarsPerHour() + ".");
            }
            case Undecided u -> {}
        }
        return found;
    }

    /** {@return one line for the console} */
    String line() {
        return String.format(
                Locale.ROOT,
                "  %-26s ours %-40s CP-SAT %s",
                problem.name(),
                show(ours) + " " + milliseconds(ours.statistics().bestNanos()),
                oracle.map(o -> show(o) + " " + milliseconds(o.statistics().elapsedNanos()))
                        .orElse("-"));
    }

    private static String milliseconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
    }

    private static String show(Solution solution) {
        return switch (solution) {
            case Placed p ->
                String.format(
                        Locale.ROOT,
                        "%.3f %s",
                        p.dollarsPerHour(),
                        p.proof() == Proof.OPTIMAL
                                ? "optimal"
                                : String.format(Locale.ROOT, "gap %.2f %%", 100 * p.gap()));
            case Infeasible i -> "infeasible (" + i.family() + ")";
            case Undecided u -> "undecided";
        };
    }
}
