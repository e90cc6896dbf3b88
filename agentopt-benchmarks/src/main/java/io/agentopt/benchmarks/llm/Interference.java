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
        AtomicBoolean done = new AtomicBoolean();
        double busy;
        int prompts;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> filling = threads.submit(() -> {
                int filled = 0;
                for (; !done.get(); filled++) {
                    streams.engine()
                            .prefill(streams.prompt(PROMPT, filled), CancelToken.none())
                            .close();
                }
                return filled;
            });
            busy = streams.answer(BATCH, HELD, TOKENS).secondsPerStep();
            done.set(true);
            prompts = Requests.get(filling);
        }
        GpuLlm.say(
                "decode batch %d: %.3f ms a step alone, %.3f ms beside prefills of %d tokens (%d of them)",
                BATCH, quiet * 1e3, busy * 1e3, PROMPT, prompts);
        return List.of(Metric.of("decode_beside_prefill_" + id, busy / quiet, "x"));
    }
}
