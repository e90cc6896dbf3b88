package io.agentopt.benchmarks.llm;

import io.agentopt.benchmarks.Metric;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.DecodeOptions;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.KvCache;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.TokenListener;
import io.agentopt.runtime.llm.execute.DecoderExecutor;
import io.agentopt.runtime.llm.kv.HostKv;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.kv.TransferBuffer;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Caches on their way: within a GPU, to the host and back, to another GPU, and from a GPU to an engine on the CPU. */
final class HandOff {
    private static final int ROUNDS = 40, TOKENS = 24;
    private static final List<Integer> POSITIONS = List.of(512, 2048);

    private HandOff() {}

    /** {@return how many of an answer's tokens are the same when one device prefills and the other decodes} */
    static List<Metric> mixed(LlmEngine gpu, ModelPack pack, String id, DecoderShape shape) {
        SessionSettings threads = SessionSettings.cpu(Runtime.getRuntime().availableProcessors());
        int[] prompt = new SplittableRandom(77).ints(256, 0, shape.vocab() - 1).toArray();
        long start = System.nanoTime();
        try (LlmEngine cpu = LlmEngine.open(
                pack,
                EngineSettings.of(threads).withSlots(2, Duration.ofMinutes(1)).withPrefillChunk(256))) {
            GpuLlm.say("opened on the CPU in %.1f s", GpuLlm.seconds(start));
            List<Integer> all = answer(gpu, gpu, prompt);
            List<Integer> toCpu = answer(gpu, cpu, prompt), toGpu = answer(cpu, gpu, prompt);
            GpuLlm.say("GPU alone %s%nGPU to CPU %s%nCPU to GPU %s", all, toCpu, toGpu);
            List<Metric> metrics = journeys(gpu, cpu, shape, id);
            metrics.add(Metric.of("gpu_to_cpu_equal_tokens_" + id, equal(all, toCpu), "share"));
            metrics.add(Metric.of("cpu_to_gpu_equal_tokens_" + id, equal(all, toGpu), "share"));
            return metrics;
        }
    }

    private static List<Integer> answer(LlmEngine prefills, LlmEngine decodes, int[] prompt) {
        KvCache cache = prefills.prefill(prompt, CancelToken.none()).transferTo(decodes, CancelToken.none());
        return decodes.decode(cache, DecodeOptions.greedy(TOKENS), TokenListener.NONE, CancelToken.none())
                .ids();
    }

    private static double equal(List<Integer> a, List<Integer> b) {
        int same = 0;
        while (same < Math.min(a.size(), b.size()) && a.get(same).equals(b.get(same))) same++;
        return (double) same / a.size();
    }

    /** {@return how long a prompt's cache takes from an engine on the GPU to one on the CPU, and back, all told} */
    private static List<Metric> journeys(LlmEngine gpu, LlmEngine cpu, DecoderShape shape, String id) {
        List<Metric> metrics = new ArrayList<>();
        for (int positions : within(shape.context())) {
            int[] prompt = new SplittableRandom(positions)
                    .ints(positions, 0, shape.vocab() - 1)
                    .toArray();
            double[] there = new double[ROUNDS], back = new double[ROUNDS];
            KvCache cache = gpu.prefill(prompt, CancelToken.none());
            for (int i = 0; i < ROUNDS; i++) {
                long start = System.nanoTime();
                cache = cache.transferTo(cpu);
                there[i] = GpuLlm.seconds(start);
                start = System.nanoTime();
                cache = cache.transferTo(gpu);
                back[i] = GpuLlm.seconds(start);
            }
            GpuLlm.say(
                    "%d positions, %.1f MB, from engine to engine: GPU to CPU %.3f ms (the first %.3f), CPU to GPU %.3f ms (the first %.3f), medians",
                    positions,
                    cache.bytes() / 1e6,
                    Medians.of(there) * 1e3,
                    there[0] * 1e3,
                    Medians.of(back) * 1e3,
                    back[0] * 1e3);
            cache.close();
            metrics.add(Metric.of("engine_gpu_to_cpu_" + positions + "_" + id, Medians.of(there) * 1e3, "ms"));
            metrics.add(Metric.of("engine_cpu_to_gpu_" + positions + "_" + id, Medians.of(back) * 1e3, "ms"));
        }
        return metrics;
    }

    /** {@return bytes a second of copies between rows and to and from the host, beside plain copies} */
    static List<Metric> rates(ModelPack pack, SessionSettings settings, String id) {
        List<Metric> metrics = new ArrayList<>();
        try (DecoderExecutor executor = open(pack, settings);
                OrtRunOptions run = OrtRunOptions.create();
                Arena arena = Arena.ofShared();
                HostKv cpu = new HostKv(executor.kv().shape(), 1, executor.kv().capacity())) {
            KvRows kv = executor.kv();
            int layers = kv.shape().layers();
            for (int positions : within(kv.capacity())) {
                executor.prefill(0, new int[positions], 0, positions, run);
                long bytes = positions * kv.shape().bytesPerPosition();
                MemorySegment host = arena.allocate(bytes, 4096);
                double within = best(() -> {
                    kv.move(0, 1, positions);
                    executor.scores(0); // waits for the stream
                });
                GpuLlm.say("%d positions, %.1f MB, within the GPU %.3f ms", positions, bytes / 1e6, within * 1e3);
                metrics.add(Metric.of("kv_within_gpu_" + positions + "_" + id, bytes / within / 1e9, "GB/s"));
                PinnedCopy.Rates ceiling = PinnedCopy.of(bytes, ROUNDS);
                try (TransferBuffer buffer = TransferBuffer.between(kv, cpu, bytes)) {
                    if (!(buffer instanceof TransferBuffer.Pinned))
                        throw new IllegalStateException("There was no pinned memory: " + buffer);
                    double out = best(() -> kv.read(0, 0, positions, host)),
                            in = best(() -> kv.write(1, 0, positions, host)),
                            outPinned = best(() -> buffer.take(kv, 0, positions, 0, layers)),
                            inPinned = best(() -> buffer.give(kv, 1, positions, 0, layers)),
                            scatter = best(() -> buffer.give(cpu, 0, positions, 0, layers)),
                            gather = best(() -> buffer.take(cpu, 0, positions, 0, layers));
                    metrics.add(Metric.of("kv_gpu_host_gpu_" + positions + "_" + id, bytes / (out + in) / 1e9, "GB/s"));
                    String to = "handoff_to_host_" + positions + "_" + id,
                            from = "handoff_from_host_" + positions + "_" + id;
                    metrics.addAll(List.of(
                            rate(to, bytes, out),
                            rate(to + "_pinned", bytes, outPinned),
                            rate(to + "_ceiling", bytes, ceiling.down()),
                            rate(from, bytes, in),
                            rate(from + "_pinned", bytes, inPinned),
                            rate(from + "_ceiling", bytes, ceiling.up()),
                            rate("handoff_pinned_to_cpu_cache_" + positions + "_" + id, bytes, scatter),
                            rate("handoff_cpu_cache_to_pinned_" + positions + "_" + id, bytes, gather)));
                }
            }
        }
        return metrics;
    }

    /** {@return bytes a second of copies from one GPU's caches into another's, beside a plain copy between them} */
    static List<Metric> peers(ModelPack pack, SessionSettings first, SessionSettings second, String id) {
        List<Metric> metrics = new ArrayList<>();
        try (DecoderExecutor here = open(pack, first);
                DecoderExecutor there = open(pack, second);
                OrtRunOptions run = OrtRunOptions.create()) {
            int layers = here.kv().shape().layers();
            for (int positions : within(here.kv().capacity())) {
                here.prefill(0, new int[positions], 0, positions, run);
                long bytes = positions * here.kv().shape().bytesPerPosition();
                try (TransferBuffer buffer = TransferBuffer.between(here.kv(), there.kv(), bytes)) {
                    GpuLlm.say("between two GPUs: %s", buffer.getClass().getSimpleName());
                    double take = best(() -> buffer.take(here.kv(), 0, positions, 0, layers)),
                            give = best(() -> buffer.give(there.kv(), 0, positions, 0, layers));
                    String name = "handoff_to_peer_" + positions + "_" + id;
                    metrics.add(rate(name, bytes, take + give));
                    metrics.add(rate(name + "_ceiling", bytes, PinnedCopy.betweenDevices(bytes, ROUNDS)));
                }
            }
        }
        return metrics;
    }

    private static List<Integer> within(int context) {
        return POSITIONS.stream().filter(p -> p <= context).toList();
    }

    private static DecoderExecutor open(ModelPack pack, SessionSettings settings) {
        ModelPack.Decoder layout = (ModelPack.Decoder) pack.layout();
        return DecoderExecutor.open(pack, layout, settings, 2, pack.spec().maxContext());
    }

    private static Metric rate(String name, long bytes, double seconds) {
        GpuLlm.say("%s: %.3f ms, %.1f GB/s", name, seconds * 1e3, bytes / seconds / 1e9);
        return Metric.of(name, bytes / seconds / 1e9, "GB/s");
    }

    private static double best(Runnable copy) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            copy.run();
            best = Math.min(best, GpuLlm.seconds(start));
        }
        return best;
    }
}
