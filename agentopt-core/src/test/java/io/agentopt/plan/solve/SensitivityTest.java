package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.Sensitivity.Difference;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What-if answers against trying every placement. */
class SensitivityTest {
    private static final SolveOptions EACH = SolveOptions.steps(1, 40_000);

    @Property(seed = "20261122", tries = 400)
    void aRunnerUpIsTheBestPlacementWithTheOperatorElsewhere(@ForAll long seed) {
        PlacementProblem problem = RandomProblems.small(seed);
        Assume.that(SolutionChecker.enumerable(problem)
                && PlacementSolver.portfolio().solve(problem, EACH) instanceof Placed);
        Placed placed = (Placed) PlacementSolver.portfolio().solve(problem, EACH);
        Sensitivity sensitivity = new Sensitivity(problem, placed, EACH);
        for (int i = 0; i < problem.operators().size(); i++) {
            double least = least(problem, i, placed.modes().get(i));
            var runnerUp = sensitivity.runnerUp(i);
            assertThat(runnerUp.isEmpty())
                    .isEqualTo(problem.operators().get(i).modes().size() == 1);
            if (runnerUp.isEmpty()) continue;
            Difference d = runnerUp.get().difference();
            assertThat(d.impossible()).isEqualTo(Double.isInfinite(least));
            assertThat(runnerUp.get().breaks().isPresent()).isEqualTo(d.impossible());
            if (d.impossible()) continue;
            assertThat(runnerUp.get().mode())
                    .isPresent()
                    .isNotEqualTo(placed.modes().get(i));
            assertThat(d.exact()).isTrue();
            assertThat(placed.dollarsPerHour() + d.dollarsPerHour()).isCloseTo(least, within(1e-6));
        }
    }

    @Property(seed = "20261122", tries = 300)
    void looserLimitsNeverCostMoreAndMoreLoadNeverLess(@ForAll long seed) {
        PlacementProblem problem = RandomProblems.small(seed);
        Assume.that(PlacementSolver.portfolio().solve(problem, EACH) instanceof Placed);
        Placed placed = (Placed) PlacementSolver.portfolio().solve(problem, EACH);
        Sensitivity sensitivity = new Sensitivity(problem, placed, EACH);
        assertThat(sensitivity.laterDeadline(0.5).dollarsPerHour()).isLessThanOrEqualTo(1e-9);
        for (int h = 0; h < problem.classes().size(); h++)
            assertThat(sensitivity.moreDevices(h, 1).dollarsPerHour()).isLessThanOrEqualTo(1e-9);
        if (!problem.milestones().isEmpty())
            assertThat(sensitivity.laterMilestone(0, 1).dollarsPerHour()).isLessThanOrEqualTo(1e-9);
        Difference more = sensitivity.under(Contingencies.load(problem, 1.1));
        if (more.found().isPresent()) assertThat(more.dollarsPerHour()).isGreaterThanOrEqualTo(-1e-9);
    }

    @Property(seed = "20261122", tries = 10)
    void anAnswerThatIsNotExactStatesABound(@ForAll long seed) {
        PlacementProblem problem = AgentFamilies.voice(Math.floorMod(seed, 30));
        Solution solution = new LocalSearchSolver().solve(problem, EACH);
        Assume.that(solution instanceof Placed);
        Sensitivity sensitivity = new Sensitivity(problem, (Placed) solution, EACH);
        Difference d = sensitivity.laterDeadline(0.1);
        assertThat(d.leastDollarsPerHour()).isLessThanOrEqualTo(d.dollarsPerHour() + 1e-9);
        assertThat(d.dollarsPerHour()).isLessThanOrEqualTo(1e-9);
    }

    private static double least(PlacementProblem problem, int operator, int butMode) {
        int[] modes = new int[problem.operators().size()];
        double least = Double.POSITIVE_INFINITY;
        int at = 0;
        while (at < modes.length) {
            if (modes[operator] != butMode) {
                Evaluation evaluation = Evaluator.evaluate(problem, modes);
                if (evaluation.feasible()) least = Math.min(least, evaluation.dollarsPerHour());
            }
            at = 0;
            while (at < modes.length
                    && ++modes[at] == problem.operators().get(at).modes().size()) modes[at++] = 0;
        }
        return least;
    }
}
