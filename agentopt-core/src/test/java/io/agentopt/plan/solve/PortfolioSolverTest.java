package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.PlacementProblemJson;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The default solver on agent-shaped problems. */
class PortfolioSolverTest {
    @Test
    void equalSeedsAndStepsGiveEqualSolutions() {
        for (PlacementProblem problem : AgentFamilies.small(1)) {
            Placed once = (Placed) PlacementSolver.portfolio().solve(problem, SolveOptions.steps(5, 60_000));
            Placed again = (Placed) PlacementSolver.portfolio().solve(problem, SolveOptions.steps(5, 60_000));
            assertThat(again.modes()).isEqualTo(once.modes());
            assertThat(again.lowerBoundDollarsPerHour()).isEqualTo(once.lowerBoundDollarsPerHour());
            assertThat(again.statistics().steps()).isEqualTo(once.statistics().steps());
        }
    }

    @Test
    void solutionsOfAgentFamiliesPassTheChecker() {
        for (PlacementProblem problem : AgentFamilies.small(2)) {
            Solution solution = PlacementSolver.portfolio().solve(problem, SolveOptions.steps(1, 40_000));
            assertThat(solution).isInstanceOf(Placed.class);
            assertThat(SolutionChecker.complaints(problem, solution)).isEmpty();
        }
    }

    @Test
    void localSearchIsWithinTwoPercentOfTheProvedOptimumOnNineInTen() {
        int proved = 0;
        int near = 0;
        for (int seed = 1; seed <= 12; seed++) {
            for (PlacementProblem problem : List.of(
                    AgentFamilies.rag(seed),
                    AgentFamilies.debate(seed, 2, 1),
                    AgentFamilies.react(seed, 2),
                    AgentFamilies.mapReduce(seed, 2))) {
                Solution solution = PlacementSolver.portfolio().solve(problem, SolveOptions.steps(1, 400_000));
                if (!(solution instanceof Placed exact) || exact.proof() != Proof.OPTIMAL) continue;
                proved++;
                Placed local = (Placed) new LocalSearchSolver().solve(problem, SolveOptions.steps(seed, 60_000));
                assertThat(local.dollarsPerHour()).isGreaterThanOrEqualTo(exact.dollarsPerHour() * (1 - 1e-9));
                assertThat(local.lowerBoundDollarsPerHour()).isLessThanOrEqualTo(exact.dollarsPerHour() * (1 + 1e-9));
                if (local.dollarsPerHour() <= exact.dollarsPerHour() * 1.02) near++;
            }
        }
        assertThat(proved).isGreaterThanOrEqualTo(30);
        assertThat(near).isGreaterThanOrEqualTo((int) Math.ceil(0.9 * proved));
    }

    @Test
    void aStartIsNeverMadeWorse() {
        PlacementProblem problem = AgentFamilies.voice(3);
        Placed good = (Placed) PlacementSolver.portfolio().solve(problem, SolveOptions.steps(1, 100_000));
        Placed warm = (Placed) PlacementSolver.portfolio()
                .solve(problem, SolveOptions.steps(9, 2_000).from(good.modes()));
        assertThat(warm.dollarsPerHour()).isLessThanOrEqualTo(good.dollarsPerHour() * (1 + 1e-9));
    }

    @Test
    void problemsOfEveryFamilySurviveTheirFile() {
        for (PlacementProblem problem : AgentFamilies.small(1)) {
            assertThat(PlacementProblemJson.read(PlacementProblemJson.write(problem), "file"))
                    .isEqualTo(problem);
        }
        for (int seed = 0; seed < 50; seed++) {
            PlacementProblem problem = RandomProblems.small(seed);
            assertThat(PlacementProblemJson.read(PlacementProblemJson.write(problem), "file"))
                    .isEqualTo(problem);
        }
    }

    @Test
    void aBudgetOfNothingIsRefused() {
        assertThatThrownBy(() -> SolveOptions.steps(1, 0)).hasMessageContaining("must be positive");
    }
}
