package io.agentopt.benchmarks.llm;

import io.agentopt.message.Prompt;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.DecodeOptions;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.KvCache;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Ten thousand requests of all kinds from four threads: by text and by tokens, greedy and drawn, some given up between prefill and
 * decode. Says kilobytes of resident memory: once the warm-up is over, and after each part.
 */
final class ManyRequests {
    static final int REQUESTS = 10_000, WARM_UP = 5_000, PARTS = 10;
    private static final int CALLERS = 4;
    private static final long PREFIX_BYTES = 2 << 20; // full long before the warm-up is over

    private ManyRequests() {}

    /**
     * Runs as a process of its own.
     *
     * @param args folder of a model pack
     */
    public static void main(String[] args) {
        EngineSettings settings = EngineSettings.cpu(1).withPrefixes(PrefixSettings.of(PREFIX_BYTES));
        try (LlmEngine engine = LlmEngine.open(ModelPack.read(Path.of(args[0])), settings);
                ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            ask(engine, callers, 0, WARM_UP);
            ChildJvm.say(Long.toString(ResidentMemory.kilobytes()));
            for (int part = 0; part < PARTS; part++) {
                ask(engine, callers, WARM_UP + part * (REQUESTS / PARTS), REQUESTS / PARTS);
                ChildJvm.say(Long.toString(ResidentMemory.kilobytes()));
            }
        }
    }

    private static void ask(LlmEngine engine, ExecutorService callers, int first, int count) {
        List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int seed = first + i;
            futures.add(callers.submit(() -> one(engine, seed)));
        }
        for (Future<?> f : futures) Requests.get(f);
    }

    private static void one(LlmEngine engine, int seed) {
        DecodeOptions options = DecodeOptions.greedy(1 + seed % 8);
        if (seed % 3 == 0) options = options.with(new Sampling(0.8, 20, 0.9, seed));
        CancelToken cancel = CancelToken.none();
        int[] tokens = Requests.prompt(8 + seed % 72, seed);
        if (seed % 2 == 0) {
            StringBuilder text = new StringBuilder();
            for (int t : tokens) text.append((char) t);
            engine.generate(Prompt.EMPTY.user(text.toString()), options, (index, token, part) -> {}, cancel);
            return;
        }
        try (KvCache cache = engine.prefill(tokens, cancel)) {
            if (seed % 5 != 0) engine.decode(cache, options, (index, token, part) -> {}, cancel);
        }
    }
}
