package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The incremental state against the plain evaluator after random walks. */
class SearchStateTest {
    @Test
    void staysEqualToTheEvaluatorOverRandomMoves() {
        for (int seed = 0; seed < 200; seed++) walk(RandomProblems.of(seed, 12, 5), seed);
        for (PlacementProblem problem : AgentFamilies.small(1)) walk(problem, 7);
    }

    @Test
    void predictsLatenessOfAMoveExactlyWhileOnTime() {
        int checked = 0;
        for (int seed = 0; seed < 300; seed++) {
            SearchState state = new SearchState(new CompiledProblem(RandomProblems.of(seed, 12, 5), false));
            Random random = new Random(seed);
            for (int step = 0; step < 60; step++) {
                int i = random.nextInt(state.p.operators);
                int j = random.nextInt(state.mode.length == 0 ? 1 : state.p.time[i].length);
                boolean onTime = state.late() <= 0;
                state.consider(i, j);
                boolean predicted = state.lateAfter <= 0;
                state.apply(i, j, true);
                if (!onTime) continue;
                assertThat(state.late() <= 0).isEqualTo(predicted);
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(1000);
    }

    private static void walk(PlacementProblem problem, int seed) {
        CompiledProblem p = new CompiledProblem(problem, false);
        SearchState state = new SearchState(p);
        Random random = new Random(seed);
        for (int step = 0; step < 80; step++) {
            int i = random.nextInt(p.operators);
            int j = random.nextInt(p.time[i].length);
            state.consider(i, j);
            state.apply(i, j, true);
            if (step % 4 == 0) compare(problem, p, state);
        }
    }

    private static void compare(PlacementProblem problem, CompiledProblem p, SearchState state) {
        Evaluation slow = Evaluator.evaluate(problem, p.toOriginal(state.mode));
        assertThat(state.cost()).isCloseTo(slow.dollarsPerHour(), within(1e-9 * (1 + slow.dollarsPerHour())));
        assertThat(state.feasible()).isEqualTo(slow.feasible());
        long end = 0;
        for (long finish : state.finish) end = Math.max(end, finish);
        assertThat(Quanta.seconds(end)).isEqualTo(slow.endToEndSeconds());
        for (int h = 0; h < p.classes; h++) {
            assertThat(state.fleet.devices(h)).isEqualTo(slow.classes().get(h).devices());
            assertThat(state.fleet.memory[h]).isEqualTo(slow.classes().get(h).memoryBytes());
        }
    }
}
