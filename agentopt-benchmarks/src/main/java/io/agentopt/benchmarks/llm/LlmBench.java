package io.agentopt.benchmarks.llm;

import io.agentopt.benchmarks.BenchReport;
import io.agentopt.benchmarks.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * {@code ./build bench llm [--only GROUP]}: what the engine adds to the model, and what batching, reuse and the cache in place
 * bring. The models have random weights and are written for the run. docs/llm-cpu.md has the results.
 */
public final class LlmBench {
    private static final int THREADS = 2;
    private static final Map<String, Function<RandomModels, List<Metric>>> GROUPS = groups();

    private LlmBench() {}

    private static Map<String, Function<RandomModels, List<Metric>>> groups() {
        Map<String, Function<RandomModels, List<Metric>>> groups = new LinkedHashMap<>();
        groups.put("call", models -> CallOverhead.run());
        groups.put("streams", models -> StreamSpeedup.run(models.small(), THREADS));
        groups.put("step", models -> {
            var concatenating =
                    RandomDecoder.concatenating(models.folder().resolve("concatenating"), DecoderShape.SMALL);
            return StepCost.run(models.small(), concatenating, THREADS);
        });
        groups.put("prefix", models -> PrefixReuse.run(models.small(), THREADS));
        groups.put("formats", models -> WeightFormats.run(models, THREADS));
        groups.put("peer", models -> LibraryPeer.run(models, THREADS));
        groups.put("memory", models -> MemoryGrowth.run(models.tiny()));
        return groups;
    }

    /** Runs the groups that are asked for. */
    public static BenchReport run(List<String> options) {
        if (options.contains("--gpu")) return GpuLlm.run(options);
        List<String> wanted = wanted(options);
        try (RandomModels models = new RandomModels()) {
            List<Metric> metrics = new ArrayList<>();
            for (String name : wanted) {
                System.out.println("... " + name);
                metrics.addAll(GROUPS.getOrDefault(name, m -> List.of()).apply(models));
            }
            return new BenchReport("llm", metrics);
        }
    }

    private static List<String> wanted(List<String> options) {
        if (options.isEmpty()) return List.copyOf(GROUPS.keySet());
        if (options.size() == 2 && options.getFirst().equals("--only") && GROUPS.containsKey(options.get(1))) {
            return List.of(options.get(1));
        }
        throw new IllegalArgumentException(
                "Bench 'llm' takes --only " + String.join("|", GROUPS.keySet()) + ", not " + options + ".");
    }
}
