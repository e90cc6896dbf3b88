package io.agentopt.benchmarks.llm;

import io.agentopt.benchmarks.Metric;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Sixteen answers at once against one after the other, which must give the same tokens. */
final class StreamSpeedup {
    private static final int STREAMS = 16, PROMPT = 16, TOKENS = 48;

    private StreamSpeedup() {}

    static List<Metric> run(ModelPack pack, int threads) {
        EngineSettings settings = EngineSettings.cpu(threads).withSlots(STREAMS, Duration.ofMinutes(5));
        try (LlmEngine engine = LlmEngine.open(pack, settings);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            answer(engine, 0);
            long start = System.nanoTime();
            List<List<Integer>> alone = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) alone.add(answer(engine, i));
            double oneByOne = (System.nanoTime() - start) / 1e9;
            start = System.nanoTime();
            List<Future<List<Integer>>> futures = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                int seed = i;
                futures.add(callers.submit(() -> answer(engine, seed)));
            }
            List<List<Integer>> together = new ArrayList<>();
            for (Future<List<Integer>> f : futures) together.add(Requests.get(f));
            double atOnce = (System.nanoTime() - start) / 1e9;
            if (!together.equals(alone)) {
                throw new IllegalStateException("Streams at once gave other tokens than one at a time.");
            }
            double tokens = STREAMS * TOKENS;
            return List.of(Metric.of("streams16_speedup", oneByOne / atOnce, "x")
                    .peer(
                            String.format(
                                    "one at a time, %.1f tokens/s against %.1f", tokens / oneByOne, tokens / atOnce),
                            1)
                    .goal(">= 6"));
        }
    }

    private static List<Integer> answer(LlmEngine engine, int seed) {
        return Requests.generate(engine, Requests.prompt(PROMPT, seed), TOKENS).ids();
    }
}
