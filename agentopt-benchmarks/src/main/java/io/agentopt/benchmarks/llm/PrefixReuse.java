package io.agentopt.benchmarks.llm;

import io.agentopt.benchmarks.Metric;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.Generation;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
import java.time.Duration;
import java.util.List;

/**
 * Time to first token of questions behind one system prompt, by an engine that remembers prompts and one that does not, in
 * turns. The first request is not measured: it is the one that computes the system prompt.
 */
final class PrefixReuse {
    private static final int SYSTEM = 1000, QUESTION = 20, TOKENS = 4, ROUNDS = 5;

    private PrefixReuse() {}

    static List<Metric> run(ModelPack pack, int threads) {
        EngineSettings settings = EngineSettings.cpu(threads).withSlots(1, Duration.ZERO);
        try (LlmEngine remembers = LlmEngine.open(pack, settings);
                LlmEngine forgets = LlmEngine.open(pack, settings.withPrefixes(PrefixSettings.off()))) {
            int[] system = Requests.prompt(SYSTEM, -1);
            double[] reused = new double[ROUNDS], computed = new double[ROUNDS];
            int known = 0;
            for (int round = -1; round < ROUNDS; round++) {
                int[] prompt = Requests.joined(system, Requests.prompt(QUESTION, round));
                Generation a = Requests.generate(remembers, prompt, TOKENS);
                Generation b = Requests.generate(forgets, prompt, TOKENS);
                if (!a.ids().equals(b.ids()) || b.cachedTokens() != 0) {
                    throw new IllegalStateException("Reuse of a prefix changed an answer: " + a + " instead of " + b);
                }
                if (round < 0) continue;
                known = a.cachedTokens();
                reused[round] = a.timing().firstToken();
                computed[round] = b.timing().firstToken();
            }
            System.out.printf(
                    "time to first token of %d + %d tokens: %.1f ms with %d of them known, %.1f ms without%n",
                    SYSTEM, QUESTION, Medians.of(reused) * 1e3, known, Medians.of(computed) * 1e3);
            return List.of(Metric.of("prefix_reuse_ttft_speedup", Medians.ofRatios(computed, reused), "x")
                    .peer("the same engine without reuse", 1)
                    .goal(">= 8"));
        }
    }
}
