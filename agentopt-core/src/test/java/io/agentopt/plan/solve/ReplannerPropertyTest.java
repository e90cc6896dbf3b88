package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Replans of small problems against complete search, and what holds of every replan. */
class ReplannerPropertyTest {
    private static final SolveOptions OPTIONS = SolveOptions.steps(1, 40_000);

    @Property(seed = "20261122", tries = 1500)
    void aReplanIsAsGoodAsAColdExactSolve(@ForAll long seed) {
        PlacementProblem problem = RandomProblems.small(seed);
        Assume.that(new ExactSolver().solve(problem, SolveOptions.steps(1, 1_000_000)) instanceof Placed);
        Placed old = (Placed) new ExactSolver().solve(problem, SolveOptions.steps(1, 1_000_000));
        PlacementProblem changed = Perturbations.of(problem, old, seed);
        Solution now = Replanner.of(problem).replan(changed, old, OPTIONS);
        assertThat(SolutionChecker.complaints(changed, now)).isEmpty();
        Solution exact = new ExactSolver().solve(changed, SolveOptions.steps(1, 1_000_000));
        if (exact instanceof Placed best) {
            assertThat(now).isInstanceOf(Placed.class);
            double cost = best.dollarsPerHour();
            assertThat(((Placed) now).dollarsPerHour()).isCloseTo(cost, within(0.005 * cost + 1e-9));
        } else {
            assertThat(now).isInstanceOf(Infeasible.class);
        }
    }

    @Property(seed = "20261122", tries = 60)
    void aReplanIsFeasibleNeverDearerThanStayingAndMovesNothingInVain(@ForAll long seed) {
        PlacementProblem problem =
                AgentFamilies.small(1 + Math.floorMod(seed, 2)).get((int) Math.floorMod(seed / 2, 10L));
        Solution first = new LocalSearchSolver().solve(problem, SolveOptions.steps(1, 30_000));
        Assume.that(first instanceof Placed);
        Placed old = (Placed) first;
        PlacementProblem changed = Perturbations.of(problem, old, seed);
        Solution now = Replanner.of(problem).replan(changed, old, OPTIONS);
        assertThat(SolutionChecker.complaints(changed, now)).isEmpty();
        assertThat(new Replanner().replan(changed, old, OPTIONS))
                .usingRecursiveComparison()
                .ignoringFields("statistics.elapsedNanos", "statistics.bestNanos")
                .isEqualTo(now);
        Evaluation stay = Evaluator.evaluate(changed, old.modeOfOperator());
        if (stay.feasible()) assertThat(now).isInstanceOf(Placed.class);
        if (!(now instanceof Placed placed)) return;
        if (stay.feasible())
            assertThat(Quanta.cheaper(stay.dollarsPerHour(), placed.dollarsPerHour()))
                    .isFalse();
        int[] modes = placed.modeOfOperator();
        for (int i = 0; i < modes.length; i++) {
            int here = modes[i];
            if (here == old.modes().get(i)) continue;
            modes[i] = old.modes().get(i);
            Evaluation back = Evaluator.evaluate(changed, modes);
            modes[i] = here;
            assertThat(back.feasible() && !Quanta.cheaper(placed.dollarsPerHour(), back.dollarsPerHour()))
                    .as("operator %d moves in vain", i)
                    .isFalse();
        }
    }

    @Property(seed = "20261122", tries = 8)
    void aPreparedReplannerIsNeverWorseThanItsKnownPlacements(@ForAll long seed) {
        PlacementProblem problem = AgentFamilies.rag(Math.floorMod(seed, 20));
        Solution first = new LocalSearchSolver().solve(problem, SolveOptions.steps(1, 30_000));
        Assume.that(first instanceof Placed);
        Placed old = (Placed) first;
        Replanner prepared = Replanner.prepared(problem, old, SolveOptions.steps(1, 2_000));
        assertThat(prepared.knownPlacements()).isPositive();
        for (int k = 0; k < 5; k++) {
            PlacementProblem changed = Perturbations.of(problem, old, seed + k);
            Solution now = prepared.replan(changed, old, SolveOptions.steps(1, 3_000));
            assertThat(SolutionChecker.complaints(changed, now)).isEmpty();
            if (Replanner.of(problem).replan(changed, old, SolveOptions.steps(1, 3_000)) instanceof Placed)
                assertThat(now).isInstanceOf(Placed.class);
        }
    }
}
