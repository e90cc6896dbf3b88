package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The search over freed operators against trying all their modes. */
class FreedSearchTest {
    @Test
    void findsTheCheapestModesOfTheFreedOperators() {
        int improved = 0;
        int already = 0;
        for (int seed = 0; seed < 400; seed++) {
            CompiledProblem p = new CompiledProblem(RandomProblems.of(seed, 7, 4), false);
            SearchState state = new SearchState(p);
            if (!placed(state, new Random(seed))) continue;
            int[] base = state.mode.clone();
            double before = state.cost();
            int[] freed = freed(p, new Random(seed + 1));
            double least = least(state, freed, 0);
            FreedSearch search = new FreedSearch(p);
            Arrays.fill(search.slope, 0);
            boolean found = search.improves(base, freed, before, Long.MAX_VALUE);
            assertThat(search.complete()).isTrue();
            state.set(found ? search.mode() : base);
            assertThat(state.feasible()).isTrue();
            assertThat(state.cost()).as("seed %d", seed).isCloseTo(least, within(1e-6 * (1 + before)));
            for (int i = 0; i < p.operators; i++) {
                int each = i;
                if (IntStream.of(freed).noneMatch(k -> k == each))
                    assertThat(state.mode[i]).isEqualTo(base[i]);
            }
            if (found) improved++;
            else already++;
        }
        assertThat(improved).isGreaterThan(30);
        assertThat(already).isGreaterThan(10);
    }

    @Test
    void nextSumOfPricesIsTheLeastThatCovers() {
        CompiledProblem p = new CompiledProblem(AgentFamilies.debate(1, 3, 2), false);
        PriceSums sums = new PriceSums(p);
        double cheapest =
                Arrays.stream(p.price).filter(price -> price > 0).min().orElseThrow();
        assertThat(sums.atLeast(0)).isZero();
        assertThat(sums.atLeast(cheapest / 2)).isEqualTo(cheapest);
        for (double price : p.price) assertThat(sums.atLeast(price)).isCloseTo(price, within(1e-8));
        assertThat(sums.atLeast(1e9)).isEqualTo(1e9);
    }

    private static boolean placed(SearchState state, Random random) {
        for (int tries = 0; tries < 2000; tries++) {
            int[] mode = new int[state.p.operators];
            for (int i = 0; i < mode.length; i++) mode[i] = random.nextInt(state.p.time[i].length);
            state.set(mode);
            if (state.feasible()) return true;
        }
        return false;
    }

    private static int[] freed(CompiledProblem p, Random random) {
        boolean[] chosen = new boolean[p.operators];
        for (int i = 0; i < p.operators; i++) {
            if (random.nextInt(3) == 0) continue;
            chosen[i] = true;
            if (p.block[i] >= 0) for (int k : p.blocks[p.block[i]]) chosen[k] = true;
        }
        return IntStream.range(0, p.operators).filter(i -> chosen[i]).toArray();
    }

    private static double least(SearchState state, int[] freed, int depth) {
        if (depth == freed.length) return state.feasible() ? state.cost() : Double.POSITIVE_INFINITY;
        double least = Double.POSITIVE_INFINITY;
        int[] mode = state.mode.clone();
        for (int j = 0; j < state.p.time[freed[depth]].length; j++) {
            mode[freed[depth]] = j;
            state.set(mode);
            least = Math.min(least, least(state, freed, depth + 1));
        }
        return least;
    }
}
