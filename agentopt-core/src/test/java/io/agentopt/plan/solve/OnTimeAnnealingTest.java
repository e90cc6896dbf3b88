package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The fast walk for large problems, its timetable and its start, against the slow state and the evaluator. */
class OnTimeAnnealingTest {
    private static final PlacementProblem LAYERED = AgentFamilies.layered(5, 60, 12, 1e7);

    @Test
    void timetableAllowsNothingLateAndWithoutSlackAllThatIsOnTime() {
        CompiledProblem p = new CompiledProblem(LAYERED, true);
        SearchState state = new SearchState(p);
        Timetable times = new Timetable(p);
        int[] mode = new Neighbourhood(p).fastest();
        state.set(mode);
        times.set(mode);
        Random random = new Random(1);
        int moved = 0;
        int refused = 0;
        for (int step = 0; step < 20_000; step++) {
            boolean exact = step % 4 == 0;
            if (exact) times.tighten();
            int i = random.nextInt(p.operators);
            int j = random.nextInt(p.time[i].length);
            state.consider(i, j);
            boolean onTime = state.lateAfter <= 0 && state.brokenDelta == 0;
            boolean fits = times.fits(i, j);
            if (exact) assertThat(fits).isEqualTo(onTime);
            if (!fits) {
                refused++;
                continue;
            }
            assertThat(onTime).isTrue();
            times.move(i, j);
            state.apply(i, j, true);
            moved++;
            for (int k = 0; k < p.operators; k++) {
                assertThat(times.finish[k]).isGreaterThanOrEqualTo(state.finish[k]);
                assertThat(times.begin[k]).isLessThanOrEqualTo(state.latest[k] - p.time[k][state.mode[k]]);
            }
        }
        assertThat(moved).isGreaterThan(1000);
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void walkFindsCheaperPlacementsThatTheEvaluatorConfirmsAndRepeatsItself() {
        CompiledProblem p = new CompiledProblem(LAYERED, true);
        Incumbent first = walk(p);
        assertThat(walk(p).mode()).isEqualTo(first.mode());
        Evaluation slow = Evaluator.evaluate(LAYERED, p.toOriginal(first.mode()));
        assertThat(slow.violations()).isEmpty();
        assertThat(slow.dollarsPerHour()).isCloseTo(first.cost(), within(1e-9 * first.cost()));
        SearchState fastest = new SearchState(p);
        fastest.set(new Neighbourhood(p).fastest());
        assertThat(first.cost()).isLessThan(0.9 * fastest.cost());
    }

    private static Incumbent walk(CompiledProblem p) {
        SearchState state = new SearchState(p);
        Incumbent incumbent = new Incumbent();
        int[] fastest = new Neighbourhood(p).fastest();
        double[][] free = new double[p.operators][];
        for (int i = 0; i < p.operators; i++) free[i] = new double[p.time[i].length];
        OnTimeAnnealing walk = new OnTimeAnnealing(state, incumbent, 3);
        walk.set(fastest);
        walk.restrict(free, 0);
        walk.run(0.1, 1, 0.01, Budget.of(SolveOptions.steps(3, 100_000)));
        return incumbent;
    }

    @Test
    void repairMakesLatePlacementsOnTime() {
        CompiledProblem p = new CompiledProblem(LAYERED, true);
        double[][] cost = new double[p.operators][];
        int[] cheapest = new int[p.operators];
        for (int i = 0; i < p.operators; i++) {
            cost[i] = new double[p.time[i].length];
            for (int j = 0; j < cost[i].length; j++) {
                int h = p.modeClass[i][j];
                cost[i][j] = p.dollars[i][j] + p.price[h] * p.load[i][j] / p.capacityLoad[h];
                if (cost[i][j] < cost[i][cheapest[i]]) cheapest[i] = j;
            }
        }
        SearchState state = new SearchState(p);
        state.set(cheapest);
        assertThat(state.late()).isPositive();
        Budget budget = Budget.of(SolveOptions.steps(1, 1_000_000));
        assertThat(new DeadlineRepair(state, cost).run(budget)).isTrue();
        assertThat(Evaluator.evaluate(LAYERED, p.toOriginal(state.mode)).endToEndSeconds())
                .isLessThanOrEqualTo(LAYERED.deadlineSeconds().getAsDouble());
    }
}
