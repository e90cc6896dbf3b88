package io.agentopt.benchmarks.llm;

import io.agentopt.benchmarks.Metric;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** One decode step: the engine's, beside the model alone by the C interface, and by ONNX Runtime's Java interface. */
final class StepCost {
    private static final int HELD = 256, STEPS = 16, ROUNDS = 9, WARM_UP = 8;

    private StepCost() {}

    /** @param concatenating the same weights, with keys and values concatenated at each step */
    static List<Metric> run(ModelPack pack, Path concatenating, int threads) {
        DecoderShape shape = DecoderShape.SMALL;
        try (LlmEngine engine = LlmEngine.open(pack, EngineSettings.cpu(threads).withSlots(1, Duration.ZERO));
                CApiDecode c = new CApiDecode(pack.onnx(), shape, HELD, threads);
                JavaApiDecode java = new JavaApiDecode(concatenating, shape, threads)) {
            double[] ours = new double[ROUNDS], raw = new double[ROUNDS];
            double[] heap = new double[ROUNDS], handed = new double[ROUNDS];
            for (int round = -WARM_UP; round < ROUNDS; round++) { // the compiler's threads would take the model's cores
                int at = Math.max(0, round);
                ours[at] = Requests.generate(engine, Requests.prompt(HELD, round), STEPS + 1)
                                .timing()
                                .perToken()
                        * 1e9;
                raw[at] = cApi(c);
                heap[at] = java.throughTheHeap(HELD, STEPS);
                handed[at] = java.handedOn(HELD, STEPS);
            }
            System.out.printf(
                    "decode step after %d positions: ours %.2f ms, C API %.2f, Java API heap KV %.2f, Java API Concat %.2f%n",
                    HELD,
                    Medians.of(ours) / 1e6,
                    Medians.of(raw) / 1e6,
                    Medians.of(heap) / 1e6,
                    Medians.of(handed) / 1e6);
            return List.of(
                    Metric.of("decode_overhead_vs_c_api", Medians.ofRatios(ours, raw) - 1, "fraction")
                            .goal("<= 0.02"),
                    Metric.of("decode_speedup_vs_java_heap_kv", Medians.ofRatios(heap, ours), "x"),
                    Metric.of("decode_speedup_vs_concat_outputs", Medians.ofRatios(handed, ours), "x"));
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
}
