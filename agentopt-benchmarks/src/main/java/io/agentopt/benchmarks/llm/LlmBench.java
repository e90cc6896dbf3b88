package io.agentopt.benchmarks.llm;

import io.agentopt.benchmarks.BenchReport;
import io.agentopt.benchmarks.Metric;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.DecodeOptions;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.Generation;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.TokenListener;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * {@code ./build bench llm [--only streams|step|memory]}: what the engine adds to the model, and what batching brings. The
 * models have random weights and are written for the run.
 */
public final class LlmBench {
    private static final int STREAMS = 16, PROMPT = 16, TOKENS = 48, THREADS = 2;
    private static final int HELD = 256, STEPS = 16, ROUNDS = 9;
    private static final int REQUESTS = 10_000, SETTLED = 1_000;

    private LlmBench() {}

    /** Runs the groups that are asked for. */
    public static BenchReport run(List<String> options) {
        if (options.contains("--gpu")) return GpuLlm.run(options);
        String only = only(options);
        Path folder = temporary();
        try {
            List<Metric> metrics = new ArrayList<>();
            if (only.isEmpty() || !only.equals("memory")) {
                ModelPack pack = RandomDecoder.pack(folder, "random-110m", DecoderShape.SMALL);
                if (only.isEmpty() || only.equals("streams")) metrics.add(streams(pack));
                if (only.isEmpty() || only.equals("step")) metrics.addAll(steps(folder, pack));
            }
            if (only.isEmpty() || only.equals("memory")) metrics.add(memory(folder));
            return new BenchReport("llm", metrics);
        } finally {
            delete(folder);
        }
    }

    private static String only(List<String> options) {
        if (options.isEmpty()) return "";
        List<String> groups = List.of("streams", "step", "memory");
        if (options.size() == 2 && options.getFirst().equals("--only") && groups.contains(options.get(1))) {
            return options.get(1);
        }
        throw new IllegalArgumentException(
                "Bench 'llm' takes --only " + String.join("|", groups) + ", not " + options + ".");
    }

    private static Metric streams(ModelPack pack) {
        EngineSettings settings = EngineSettings.cpu(THREADS).withSlots(STREAMS, Duration.ofMinutes(5));
        try (LlmEngine engine = LlmEngine.open(pack, settings);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            answer(engine, 0);
            long start = System.nanoTime();
            List<List<Integer>> alone = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) alone.add(answer(engine, i));
            double oneByOne = (System.nanoTime() - start) / 1e9;
            start = System.nanoTime();
            List<Future<List<Integer>>> futures = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                int seed = i;
                futures.add(threads.submit(() -> answer(engine, seed)));
            }
            List<List<Integer>> together = new ArrayList<>();
            for (Future<List<Integer>> f : futures) together.add(get(f));
            double atOnce = (System.nanoTime() - start) / 1e9;
            if (!together.equals(alone)) {
                throw new IllegalStateException("Streams at once gave other tokens than one at a time.");
            }
            double tokens = STREAMS * TOKENS;
            return Metric.of("streams16_speedup", oneByOne / atOnce, "x")
                    .peer(
                            String.format(
                                    "one at a time, %.1f tokens/s against %.1f", tokens / oneByOne, tokens / atOnce),
                            1)
                    .goal(">= 6");
        }
    }

    private static List<Integer> answer(LlmEngine engine, int seed) {
        return generate(engine, prompt(PROMPT, seed), TOKENS).ids();
    }

    private static Generation generate(LlmEngine engine, int[] prompt, int tokens) {
        return engine.decode(
                engine.prefill(prompt, CancelToken.none()),
                DecodeOptions.greedy(tokens),
                TokenListener.NONE,
                CancelToken.none());
    }

    private static int[] prompt(int tokens, long seed) {
        return new SplittableRandom(seed).ints(tokens, 32, 127).toArray();
    }

    private static List<Metric> steps(Path folder, ModelPack pack) {
        DecoderShape shape = DecoderShape.SMALL;
        Path concatenating = RandomDecoder.concatenating(folder.resolve("concatenating"), shape);
        try (LlmEngine engine = LlmEngine.open(pack, EngineSettings.cpu(THREADS).withSlots(1, Duration.ZERO));
                CApiDecode c = new CApiDecode(pack.onnx(), shape, HELD, THREADS);
                JavaApiDecode java = new JavaApiDecode(concatenating, shape, THREADS)) {
            double[] ours = new double[ROUNDS], raw = new double[ROUNDS];
            double[] heap = new double[ROUNDS], handed = new double[ROUNDS];
            for (int round = -1; round < ROUNDS; round++) { // the first is for the JIT and the caches
                int at = Math.max(0, round);
                ours[at] = generate(engine, prompt(HELD, round), STEPS + 1)
                                .timing()
                                .perToken()
                        * 1e9;
                raw[at] = cApi(c);
                heap[at] = java.throughTheHeap(HELD, STEPS);
                handed[at] = java.handedOn(HELD, STEPS);
            }
            System.out.printf(
                    "decode step after %d positions: ours %.2f ms, C API %.2f, Java API heap KV %.2f, Java API Concat %.2f%n",
                    HELD, median(ours) / 1e6, median(raw) / 1e6, median(heap) / 1e6, median(handed) / 1e6);
            return List.of(
                    Metric.of("decode_overhead_vs_c_api", ratio(ours, raw) - 1, "fraction")
                            .goal("<= 0.02"),
                    Metric.of("decode_speedup_vs_java_heap_kv", ratio(heap, ours), "x"),
                    Metric.of("decode_speedup_vs_java_concat", ratio(handed, ours), "x"));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private static double cApi(CApiDecode c) {
        long start = System.nanoTime();
        for (int i = 0; i < STEPS; i++) c.step(7);
        return (System.nanoTime() - start) / (double) STEPS;
    }

    /** {@return the median over the rounds of one divided by the other} */
    private static double ratio(double[] a, double[] b) {
        double[] ratios = new double[a.length];
        for (int i = 0; i < a.length; i++) ratios[i] = a[i] / b[i];
        return median(ratios);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static Metric memory(Path folder) {
        ModelPack pack = RandomDecoder.pack(folder, "random-small", new DecoderShape(2, 128, 4, 2, 256, 1000, 128));
        try (LlmEngine engine = LlmEngine.open(pack, EngineSettings.cpu(1));
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            long settled = 0;
            for (int done = 0; done < REQUESTS; done += SETTLED) {
                List<Future<?>> futures = new ArrayList<>();
                for (int i = 0; i < SETTLED; i++) {
                    int seed = done + i;
                    futures.add(threads.submit(() -> generate(engine, prompt(8 + seed % 64, seed), 1 + seed % 16)));
                }
                for (Future<?> f : futures) get(f);
                if (done == 0) settled = ResidentMemory.bytesAfterCollection();
            }
            double growth = (double) ResidentMemory.bytesAfterCollection() / settled - 1;
            return Metric.of("rss_growth_10000_requests", growth, "fraction").goal("<= 0.02");
        }
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("agentopt-bench-llm");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path f : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(f);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
