package io.agentopt.plan;

import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.solve.Family;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.Undecided;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;

/**
 * Sweeps the deadline (epsilon constraint): the cheapest plan within the SLA first, then plans for deadlines spaced in equal ratios down to
 * the shortest time that is possible, each search starting from the plan before. A point that turns out dominated is dropped.
 */
record ParetoSweep<I, O>(PlacementProblem problem, PlacementSolver solver, SolveOptions options, NoPlan<I, O> noPlan) {
    private static final double NANOSECOND = 1e-9;

    /** A placement and the deadline that it is the cheapest known for. */
    private record Found(Placed placed, double deadline) {}

    ParetoFront<I, O> run(int points, BiFunction<Placed, Double, Plan<I, O>> assembly) {
        double limit = problem.deadlineSeconds().orElseThrow();
        Solution first = solver.solve(problem, options);
        switch (first) {
            case Infeasible none -> {
                return ParetoFront.none(noPlan.infeasible(none));
            }
            case Undecided u -> {
                return ParetoFront.none(noPlan.undecided(u));
            }
            case Placed p -> {}
        }
        Placed cheapest = (Placed) first;
        List<Found> found = new ArrayList<>(List.of(new Found(cheapest, limit)));
        OptionalDouble excluded = shortest(cheapest);
        double slow = cheapest.evaluation().endToEndSeconds();
        double fast = Math.max(excluded.orElse(slow / 16), slow / 1e6);
        Placed last = cheapest;
        for (int k = 1; k < points && last.evaluation().endToEndSeconds() > NANOSECOND; k++) {
            double spaced = slow * Math.pow(fast / slow, (double) k / (points - 1));
            double deadline = Math.min(
                    k == points - 1 ? fast + NANOSECOND : spaced,
                    last.evaluation().endToEndSeconds() - NANOSECOND); // each point is faster than the one before
            if (excluded.isPresent() && deadline <= excluded.getAsDouble()) break;
            Solution next = solver.solve(problem.withDeadline(OptionalDouble.of(deadline)), options.from(last.modes()));
            if (next instanceof Placed p) {
                found.add(new Found(p, deadline));
                last = p;
            } else if (next instanceof Infeasible) {
                excluded = OptionalDouble.of(Math.max(deadline, excluded.orElse(0)));
                break;
            }
        }
        List<ParetoFront.Point<I, O>> kept = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            if (!dominated(found, i))
                kept.add(new ParetoFront.Point<>(
                        assembly.apply(found.get(i).placed(), found.get(i).deadline()),
                        found.get(i).deadline()));
        }
        return new ParetoFront<>(kept, excluded, Optional.empty());
    }

    /** {@return a time below which there is no plan, from the proof that there is none that takes no time} */
    private OptionalDouble shortest(Placed cheapest) {
        Solution instant = solver.solve(problem.withDeadline(OptionalDouble.of(0)), options.from(cheapest.modes()));
        return instant instanceof Infeasible none && none.leastExact() && none.family() == Family.DEADLINE
                ? OptionalDouble.of(Math.max(0, none.leastAchievable() - NANOSECOND))
                : OptionalDouble.empty();
    }

    private static boolean dominated(List<Found> found, int i) {
        for (int j = i + 1; j < found.size(); j++) { // later ones are faster
            if (!Quanta.cheaper(
                    found.get(i).placed().dollarsPerHour(),
                    found.get(j).placed().dollarsPerHour())) return true;
        }
        return false;
    }
}
