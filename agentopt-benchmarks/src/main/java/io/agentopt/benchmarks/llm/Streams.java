package io.agentopt.benchmarks.llm;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.DecodeOptions;
import io.agentopt.runtime.llm.Generation;
import io.agentopt.runtime.llm.KvCache;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.TokenListener;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

/** Answers of one engine, one thread each, streamed to listeners. */
final class Streams {
    private final LlmEngine engine;
    private final DecoderShape shape;
    private final Sampling sampling;

    /** @param sampling of the answers to several prompts */
    Streams(LlmEngine engine, DecoderShape shape, Sampling sampling) {
        this.engine = engine;
        this.shape = shape;
        this.sampling = sampling;
    }

    LlmEngine engine() {
        return engine;
    }

    int[] prompt(int tokens, long seed) {
        return new SplittableRandom(seed).ints(tokens, 0, shape.vocab() - 1).toArray();
    }

    /**
     * A prefill through the engine.
     *
     * @param seconds median from the call to its return
     * @param secondsOfRun the same, of the device's run alone
     */
    record Prefill(double seconds, double secondsOfRun) {}

    /** {@return the times of prefills, after ten that are not measured} */
    Prefill prefill(int tokens, int rounds) {
        double[] times = new double[rounds], runs = new double[rounds];
        for (int i = -10; i < rounds; i++) {
            int[] prompt = prompt(tokens, i);
            long start = System.nanoTime();
            KvCache cache = engine.prefill(prompt, CancelToken.none());
            double seconds = GpuLlm.seconds(start);
            Generation one = engine.decode(cache, DecodeOptions.greedy(1), TokenListener.NONE, CancelToken.none());
            if (i >= 0) {
                times[i] = seconds;
                runs[i] = one.timing().prefill();
            } else if (i < -7) GpuLlm.say("  prefill %d, warming up: %.2f ms", tokens, seconds * 1e3);
        }
        return new Prefill(Medians.of(times), Medians.of(runs));
    }

    /**
     * Answers at once.
     *
     * @param secondsPerStep median over the answers of the time from the first to the last token, by steps
     * @param secondsOfRun the same, of the device's runs alone
     * @param tokensPerSecond of all answers, from the first call to the last end
     * @param tokens heard by the listeners
     * @param checksum of all tokens
     */
    record Round(double secondsPerStep, double secondsOfRun, double tokensPerSecond, long tokens, long checksum) {}

    /** Prefills a number of prompts, then decodes them together. */
    Round answer(int batch, int held, int tokens) {
        LongAdder heard = new LongAdder(), sum = new LongAdder();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<KvCache> caches = new ArrayList<>();
            for (int i = 0; i < batch; i++) caches.add(engine.prefill(prompt(held, i), CancelToken.none()));
            long start = System.nanoTime();
            List<Future<Generation>> futures = new ArrayList<>();
            for (KvCache cache : caches) {
                futures.add(threads.submit(() -> engine.decode(
                        cache,
                        DecodeOptions.greedy(tokens).with(sampling),
                        (index, token, text) -> {
                            heard.increment();
                            sum.add((long) token * (index + 1));
                        },
                        CancelToken.none())));
            }
            double[] step = new double[batch], run = new double[batch];
            for (int i = 0; i < batch; i++) {
                Generation g = Requests.get(futures.get(i));
                step[i] = g.timing().perToken();
                run[i] = g.timing().runs() / Math.max(1, g.timing().steps());
            }
            double all = GpuLlm.seconds(start);
            return new Round(Medians.of(step), Medians.of(run), heard.sum() / all, heard.sum(), sum.sum());
        }
    }
}
