package io.agentopt.runtime.llm.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.operator.Penalties;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.llm.execute.Draw;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The sampler draws what its twin allows, with the twin's probabilities. */
class SamplerTwinTest {
    private static Sampling sampling(SplittableRandom r) {
        return new Sampling(
                        r.nextDouble(0.1, 3),
                        r.nextBoolean() ? 0 : r.nextInt(1, 30),
                        r.nextBoolean() ? 1 : r.nextDouble(0.05, 1),
                        r.nextLong())
                .minP(r.nextBoolean() ? 0 : r.nextDouble(0.001, 0.5));
    }

    private static float[] scores(SplittableRandom r, int n) {
        float[] scores = new float[n];
        for (int i = 0; i < n; i++) scores[i] = r.nextInt(4) == 0 ? r.nextInt(-6, 6) : (float) (10 * r.nextGaussian());
        return scores;
    }

    private static double[] wide(float[] scores) {
        return IntStream.range(0, scores.length).mapToDouble(i -> scores[i]).toArray();
    }

    @Property(seed = "20261122", tries = 400)
    void drawsOnlyWhatTheTwinAllows(@ForAll long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        Sampling s = sampling(r);
        float[] scores = scores(r, r.nextInt(1, 200));
        Set<Integer> allowed = new HashSet<>();
        PlainSampler.candidates(wide(scores), s).forEach(c -> allowed.add(c.token()));
        Sampler sampler = new Sampler(s);
        for (int i = 0; i < 30; i++)
            assertThat(SamplerPropertyTest.choose(sampler, scores)).isIn(allowed);
    }

    @Property(seed = "20261122", tries = 40)
    void frequenciesAreTheTwinsProbabilities(@ForAll long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        Sampling s = sampling(r);
        float[] scores = scores(r, r.nextInt(1, 40));
        int[] counts = new int[scores.length];
        Sampler sampler = new Sampler(s);
        int draws = 20_000;
        for (int i = 0; i < draws; i++) counts[SamplerPropertyTest.choose(sampler, scores)]++;
        for (var c : PlainSampler.candidates(wide(scores), s))
            assertThat(counts[c.token()] / (double) draws).isCloseTo(c.probability(), within(0.02));
    }

    /** The first candidate, by id, at which the twin's probabilities together are above the uniform number; nothing is asked of draws within rounding of a border. */
    @Property(seed = "20261122", tries = 400)
    void aDrawIsWhatItsNumbersSay(@ForAll long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        Sampling s = sampling(r);
        float[] scores = scores(r, r.nextInt(1, 200));
        Sampler sampler = new Sampler(s.topP() < 1 ? s.minP(0) : s);
        for (int i = 0; i < 20; i++) {
            Draw draw = sampler.draw().orElseThrow();
            assertThat(draw.temperature()).isEqualTo((float) s.temperature());
            int token = SamplerPropertyTest.choose(sampler, scores);
            assertThat(sampler.draw().orElseThrow().uniform()).isEqualTo(draw.nextUniform());
            double sum = 0, before = 0;
            for (var c : PlainSampler.candidates(wide(scores), s.topP() < 1 ? s.minP(0) : s).stream()
                    .sorted(java.util.Comparator.comparingInt(c -> c.token()))
                    .toList()) {
                if (c.token() > token) break;
                before = sum;
                sum += c.probability();
            }
            assertThat((double) draw.uniform()).isBetween(before - 1e-9, sum + 1e-9);
        }
    }

    @Property(seed = "20261122", tries = 200)
    void penaltiesAreTheTwins(@ForAll long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        Penalties p = new Penalties(r.nextDouble(0.5, 2), r.nextDouble(-1, 2), r.nextDouble(-1, 2));
        List<Integer> prompt = new ArrayList<>(), answer = new ArrayList<>();
        for (int i = 0; i < 10; i++) prompt.add(r.nextInt(50));
        Sampler sampler = new Sampler(
                Sampling.greedy().penalties(p),
                prompt.stream().mapToInt(Integer::intValue).toArray(),
                Optional.empty(),
                Sampler.NO_LOG_PROBS);
        for (int step = 0; step < 20; step++) {
            float[] scores = new float[60];
            for (int i = 0; i < scores.length; i++) scores[i] = (float) (4 * r.nextGaussian());
            double[] expected = PlainSampler.adjusted(scores, p, prompt, answer);
            int token = SamplerPropertyTest.choose(sampler, scores);
            assertThat(expected[token])
                    .isCloseTo(java.util.Arrays.stream(expected).max().orElseThrow(), within(1e-4));
            answer.add(token);
        }
    }

    @Property(seed = "20261122", tries = 200)
    void logProbsAreTheLogarithmsOfProbabilities(@ForAll long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        float[] scores = scores(r, r.nextInt(1, 100));
        int n = r.nextInt(0, 8);
        Sampler sampler = new Sampler(new Sampling(0.5, 3, 0.9, seed), new int[0], Optional.empty(), n);
        int token = SamplerPropertyTest.choose(sampler, scores);
        LogProbs told = sampler.nextLogProbs().orElseThrow();
        assertThat(sampler.nextLogProbs()).isEmpty();
        var all = PlainSampler.candidates(wide(scores), Sampling.seeded(1, 0));
        assertThat(told.best()).hasSize(Math.min(n, scores.length));
        for (int i = 0; i < told.best().size(); i++) {
            assertThat(told.best().get(i).token()).isEqualTo(all.get(i).token());
            assertThat(Math.exp(told.best().get(i).logProb()))
                    .isCloseTo(all.get(i).probability(), within(1e-9));
        }
        double own = all.stream()
                .filter(c -> c.token() == token)
                .findFirst()
                .orElseThrow()
                .probability();
        assertThat(Math.exp(told.chosen())).isCloseTo(own, within(1e-9));
    }

    @Example
    void onlyWhatFollowsFromTheScoresAloneIsLeftToADevice() {
        assertThat(new Sampler(Sampling.greedy()).draw()).contains(Draw.HIGHEST);
        assertThat(new Sampler(Sampling.greedy().stoppingAt("x")).draw()).contains(Draw.HIGHEST);
        assertThat(new Sampler(Sampling.greedy().penalties(new Penalties(1.1, 0, 0))).draw())
                .isEmpty();
        assertThat(new Sampler(Sampling.greedy(), new int[0], Optional.empty(), 0).draw())
                .isEmpty();
        assertThat(new Sampler(Sampling.seeded(1, 1).penalties(new Penalties(1, 0.5, 0))).draw())
                .isEmpty();
        assertThat(new Sampler(new Sampling(1, 0, 0.9, 1).minP(0.1)).draw()).isEmpty();
        assertThat(new Sampler(Sampling.seeded(1e-31, 1)).draw()).isEmpty();
        assertThat(new Sampler(Sampling.seeded(1, 1)).nextLogProbs()).isEmpty();
    }
}
