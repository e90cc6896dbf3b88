package io.agentopt.benchmarks.llm;

import io.agentopt.benchmarks.Metric;
import io.agentopt.runtime.backend.CancelToken;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** What answers suffer while prompts are filled back to back. */
final class Interference {
    private static final int BATCH = 15, HELD = 512, TOKENS = 64, PROMPT = 2048;

    private Interference() {}

    static List<Metric> measure(Streams streams, String id) {
        streams.answer(BATCH, HELD, 8);
        double quiet = streams.answer(BATCH, HELD, TOKENS).secondsPerStep();
        double lone = streams.prefill(PROMPT, 10).seconds();
        AtomicBoolean done = new AtomicBoolean();
        double busy, beside;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Double> filling = threads.submit(() -> {
                int filled = 0;
                long begun = System.nanoTime();
                for (; !done.get(); filled++) {
                    streams.engine()
                            .prefill(streams.prompt(PROMPT, filled), CancelToken.none())
                            .close();
                }
                return GpuLlm.seconds(begun) / filled;
            });
            busy = streams.answer(BATCH, HELD, TOKENS).secondsPerStep();
            done.set(true);
            beside = Requests.get(filling);
        }
        GpuLlm.say(
                "decode batch %d: %.3f ms a step alone, %.3f ms beside prefills of %d tokens, which take %.1f ms alone and %.1f ms then",
                BATCH, quiet * 1e3, busy * 1e3, PROMPT, lone * 1e3, beside * 1e3);
        return List.of(
                Metric.of("decode_beside_prefill_" + id, busy / quiet, "x"),
                Metric.of("prefill_beside_decode_" + id, beside / lone, "x"));
    }
}
