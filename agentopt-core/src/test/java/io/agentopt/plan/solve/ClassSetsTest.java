package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import org.junit.jupiter.api.Test;

class ClassSetsTest {
    @Test
    void offersFeasiblePlacementsAndNeverADearerOne() {
        int placed = 0;
        for (PlacementProblem problem : AgentFamilies.small(2)) {
            CompiledProblem p = new CompiledProblem(problem, true);
            LocalSearch search = new LocalSearch(p, 1);
            ClassSets sets = new ClassSets(p, 1);
            Budget budget = Budget.of(SolveOptions.steps(1, 40_000));
            double cost = Double.POSITIVE_INFINITY;
            while (sets.turn(search, budget)) {
                assertThat(search.incumbent().cost()).isLessThanOrEqualTo(cost);
                cost = search.incumbent().cost();
            }
            if (!search.incumbent().found()) continue;
            placed++;
            Evaluation slow =
                    Evaluator.evaluate(problem, p.toOriginal(search.incumbent().mode()));
            assertThat(slow.feasible()).isTrue();
        }
        assertThat(placed).isGreaterThan(5);
    }

    @Test
    void findsTheOptimumOfSmallProblems() {
        int checked = 0;
        for (int seed = 0; seed < 120; seed++) {
            PlacementProblem problem = RandomProblems.of(seed, 6, 4);
            double optimum = Exhaustive.leastCost(problem);
            CompiledProblem p = new CompiledProblem(problem, true);
            if (!Double.isFinite(optimum) || !new Neighbourhood(p).blocksFit()) continue;
            LocalSearch search = new LocalSearch(p, 1);
            ClassSets sets = new ClassSets(p, 1);
            Budget budget = Budget.of(SolveOptions.steps(1, 30_000));
            while (sets.turn(search, budget)) {}
            assertThat(search.incumbent().cost()).as("seed %d", seed).isLessThanOrEqualTo(optimum * (1 + 1e-9) + 1e-9);
            checked++;
        }
        assertThat(checked).isGreaterThan(40);
    }
}
