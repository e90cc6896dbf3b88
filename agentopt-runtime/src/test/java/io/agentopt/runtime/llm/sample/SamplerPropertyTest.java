package io.agentopt.runtime.llm.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.llm.error.LlmException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class SamplerPropertyTest {
    static float[] scores(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] scores = new float[n];
        for (int i = 0; i < n; i++) scores[i] = random.nextInt(12) - 6; // many ties
        return scores;
    }

    static int choose(Sampler sampler, float[] scores) {
        try (Arena arena = Arena.ofConfined()) {
            return sampler.choose(arena.allocateFrom(ValueLayout.JAVA_FLOAT, scores), "The model 'x'");
        }
    }

    static List<Integer> bestFirst(float[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> -scores[i]).thenComparing(i -> i))
                .toList();
    }

    @Property(seed = "20261122", tries = 200)
    void greedyTakesTheFirstOfTheHighest(@ForAll @IntRange(min = 1, max = 300) int n, @ForAll long seed) {
        float[] scores = scores(n, seed);
        assertThat(choose(new Sampler(Sampling.greedy()), scores))
                .isEqualTo(bestFirst(scores).getFirst());
    }

    @Property(seed = "20261122", tries = 200)
    void equalSeedsGiveEqualTokens(
            @ForAll @IntRange(min = 1, max = 300) int n,
            @ForAll long seed,
            @ForAll @DoubleRange(min = 0.01, max = 5) double temperature) {
        float[] scores = scores(n, seed);
        Sampler a = new Sampler(Sampling.seeded(temperature, seed)),
                b = new Sampler(Sampling.seeded(temperature, seed));
        for (int i = 0; i < 20; i++) assertThat(choose(a, scores)).isEqualTo(choose(b, scores));
    }

    @Property(seed = "20261122", tries = 200)
    void topKDrawsFromTheKBest(
            @ForAll @IntRange(min = 1, max = 100) int n,
            @ForAll @IntRange(min = 1, max = 20) int k,
            @ForAll long seed) {
        float[] scores = scores(n, seed);
        List<Integer> allowed = bestFirst(scores).subList(0, Math.min(k, n));
        Sampler sampler = new Sampler(new Sampling(3, k, 1, seed));
        for (int i = 0; i < 20; i++) assertThat(choose(sampler, scores)).isIn(allowed);
    }

    @Property(seed = "20261122", tries = 200)
    void topPDrawsFromTheSmallestSetThatHoldsP(
            @ForAll @IntRange(min = 1, max = 100) int n,
            @ForAll @DoubleRange(min = 0.01, max = 1) double p,
            @ForAll long seed) {
        float[] scores = scores(n, seed);
        double total = 0, sum = 0;
        for (float s : scores) total += Math.exp(s / 2.0);
        List<Integer> allowed = new ArrayList<>();
        for (int i : bestFirst(scores)) {
            allowed.add(i);
            sum += Math.exp(scores[i] / 2.0);
            if (sum >= p * total * (1 + 1e-9)) break;
        }
        Sampler sampler = new Sampler(new Sampling(2, 0, p, seed));
        for (int i = 0; i < 20; i++) assertThat(choose(sampler, scores)).isIn(allowed);
    }

    @Example
    void frequenciesFollowTheProbabilities() {
        float[] scores = {0, 1, 2, Float.NEGATIVE_INFINITY};
        double[] expected = {0.0900306, 0.2447285, 0.6652410, 0};
        for (Sampling s : List.of(Sampling.seeded(1, 5), new Sampling(1, 4, 1, 5), new Sampling(0.5, 0, 1, 5))) {
            int[] counts = new int[4];
            Sampler sampler = new Sampler(s);
            float[] given = s.temperature() == 1 ? scores : new float[] {0, 0.5f, 1, Float.NEGATIVE_INFINITY};
            for (int i = 0; i < 60_000; i++) counts[choose(sampler, given)]++;
            for (int i = 0; i < 4; i++)
                assertThat(counts[i] / 60_000.0).isBetween(expected[i] - 0.01, expected[i] + 0.01);
        }
    }

    @Example
    void scoresThatAreNoNumbersAreNamed() {
        for (Sampling s : List.of(Sampling.greedy(), Sampling.seeded(1, 1))) {
            assertThatThrownBy(() -> choose(new Sampler(s), new float[] {1, Float.NaN}))
                    .isInstanceOf(LlmException.class)
                    .hasMessageContaining("token 1 with NaN");
            assertThatThrownBy(() -> choose(new Sampler(s), new float[] {Float.POSITIVE_INFINITY, 1}))
                    .isInstanceOf(LlmException.class)
                    .hasMessageContaining("Infinity");
            assertThatThrownBy(() -> choose(new Sampler(s), new float[] {Float.NEGATIVE_INFINITY}))
                    .isInstanceOf(LlmException.class)
                    .hasMessageContaining("-Infinity");
        }
    }

    @Example
    void settingsAreChecked() {
        assertThatThrownBy(() -> new Sampling(-1, 0, 1, 0)).hasMessageContaining("temperature (-1.0)");
        assertThatThrownBy(() -> new Sampling(Double.NaN, 0, 1, 0)).hasMessageContaining("temperature (NaN)");
        assertThatThrownBy(() -> new Sampling(1, -1, 1, 0)).hasMessageContaining("topK (-1)");
        assertThatThrownBy(() -> new Sampling(1, 0, 0, 0)).hasMessageContaining("topP (0.0)");
    }
}
