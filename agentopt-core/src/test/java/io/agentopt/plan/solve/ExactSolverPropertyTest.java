package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Exact search against enumeration of all placements. */
class ExactSolverPropertyTest {
    private static final SolveOptions ENOUGH = SolveOptions.steps(1, 10_000_000);

    @Property(tries = 600, shrinking = ShrinkingMode.OFF)
    void findsTheCostThatEnumerationFinds(@ForAll long seed) {
        agrees(new ExactSolver(), RandomProblems.small(seed));
    }

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void theDefaultSolverDoesToo(@ForAll long seed) {
        agrees(PlacementSolver.portfolio(), RandomProblems.small(seed));
    }

    private static void agrees(PlacementSolver solver, PlacementProblem problem) {
        double least = Exhaustive.leastCost(problem);
        switch (solver.solve(problem, ENOUGH)) {
            case Placed placed -> {
                assertThat(placed.proof()).isEqualTo(Proof.OPTIMAL);
                assertThat(placed.gap()).isZero();
                assertThat(placed.dollarsPerHour()).isCloseTo(least, within(1e-8 * (1 + least)));
            }
            case Infeasible infeasible -> {
                assertThat(least).as(infeasible.explain(problem)).isInfinite();
                PlacementProblem repaired = infeasible.relaxation().applyTo(problem);
                int[] witness = infeasible.relaxation().witness().stream().mapToInt(Integer::intValue).toArray();
                assertThat(Evaluator.evaluate(repaired, witness).violations()).isEmpty();
                assertThat(Exhaustive.leastCost(repaired)).isFinite();
            }
            case Undecided undecided -> throw new AssertionError(undecided.explain(problem));
        }
    }
}
