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
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Caches on their way: within a GPU, to the host and back, and from a GPU to an engine on the CPU. */
final class HandOff {
    private static final int ROUNDS = 40, TOKENS = 24;

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
            return List.of(
                    Metric.of("gpu_to_cpu_equal_tokens_" + id, equal(all, toCpu), "share"),
                    Metric.of("cpu_to_gpu_equal_tokens_" + id, equal(all, toGpu), "share"));
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

    /** {@return bytes a second of copies between rows and to and from the host} */
    static List<Metric> rates(ModelPack pack, SessionSettings settings, String id) {
        List<Metric> metrics = new ArrayList<>();
        ModelPack.Decoder layout = (ModelPack.Decoder) pack.layout();
        try (DecoderExecutor executor = DecoderExecutor.open(
                        pack, layout, settings, 2, pack.spec().maxContext());
                OrtRunOptions run = OrtRunOptions.create();
                Arena arena = Arena.ofShared()) {
            for (int positions : new int[] {512, 2048}) {
                executor.prefill(0, new int[positions], 0, positions, run);
                KvRows kv = executor.kv();
                long bytes = positions * kv.shape().bytesPerPosition();
                MemorySegment host = arena.allocate(bytes, 4096);
                double within = best(() -> {
                    kv.move(0, 1, positions);
                    executor.scores(0); // waits for the stream
                });
                double out = best(() -> kv.read(0, 0, positions, host)),
                        in = best(() -> kv.write(1, 0, positions, host));
                GpuLlm.say(
                        "hand-off of %d positions, %.1f MB: within the GPU %.3f ms, to the host %.3f ms (%.1f GB/s), back %.3f ms (%.1f GB/s)",
                        positions, bytes / 1e6, within * 1e3, out * 1e3, bytes / out / 1e9, in * 1e3, bytes / in / 1e9);
                metrics.add(Metric.of("kv_within_gpu_" + positions + "_" + id, bytes / within / 1e9, "GB/s"));
                metrics.add(Metric.of("kv_gpu_host_gpu_" + positions + "_" + id, bytes / (out + in) / 1e9, "GB/s"));
            }
        }
        return metrics;
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
