package io.agentopt.benchmarks.llm;

import io.agentopt.benchmarks.Metric;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.time.Duration;
import java.util.List;

/** Decode steps of one shape with weights in float32, in eight bits and in float16, in turns. */
final class WeightFormats {
    private static final int PROMPT = 64, TOKENS = 17, ROUNDS = 7;

    private WeightFormats() {}

    static List<Metric> run(RandomModels models, int threads) {
        try (LlmEngine full = open(models.small(), threads);
                LlmEngine int8 = open(models.smallInt8(), threads);
                LlmEngine half = open(models.smallHalf(), threads)) {
            double[] fulls = new double[ROUNDS], int8s = new double[ROUNDS], halves = new double[ROUNDS];
            for (int round = -1; round < ROUNDS; round++) {
                int at = Math.max(0, round);
                fulls[at] = step(full, round);
                int8s[at] = step(int8, round);
                halves[at] = step(half, round);
            }
            System.out.printf(
                    "decode step: float32 %.2f ms, int8 %.2f, float16 %.2f%n",
                    Medians.of(fulls) * 1e3, Medians.of(int8s) * 1e3, Medians.of(halves) * 1e3);
            return List.of(
                    Metric.of("decode_speedup_int8_vs_float32", Medians.ofRatios(fulls, int8s), "x"),
                    Metric.of("decode_speedup_float16_vs_float32", Medians.ofRatios(fulls, halves), "x"));
        }
    }

    private static LlmEngine open(ModelPack pack, int threads) {
        return LlmEngine.open(pack, EngineSettings.cpu(threads).withSlots(1, Duration.ZERO));
    }

    private static double step(LlmEngine engine, int seed) {
        return Requests.generate(engine, Requests.prompt(PROMPT, seed), TOKENS)
                .timing()
                .perToken();
    }
}
