package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.model.ModelSpec;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.DecodeOptions;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.KvCache;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Times prefills and decode steps of a decoder, alone and batched. Prompts are random tokens, and nothing of them is remembered. */
final class DecoderTimer implements PointTimer {
    private static final int MOST_CONTEXT = 8192; // longer ones do not fit a minute's calibration on most devices
    private static final int SHORTEST = 16;
    private static final double PROMPTS = 1.5; // from one prompt length to the next
    private static final double CONTEXTS = 3;
    private static final int ANSWER = 24; // tokens of each answer

    private final LlmEngine engine;
    private final ModelSpec model;
    private final int context;
    private final SplittableRandom random = new SplittableRandom(1);

    DecoderTimer(ModelPack pack, SessionSettings session) {
        model = pack.spec();
        context = Math.min(MOST_CONTEXT, model.maxContext());
        engine = LlmEngine.open(
                pack, EngineSettings.of(session).withContext(context).withPrefixes(PrefixSettings.off()));
    }

    @Override
    public List<CalibrationPoint> candidates() {
        List<CalibrationPoint> all = new ArrayList<>();
        for (int tokens : steps(context, PROMPTS)) all.add(new CalibrationPoint(OperatorClass.PREFILL, tokens, 1));
        if (context <= ANSWER) return all;
        for (int batch = 1; batch <= engine.memory().slots(); batch *= 2) {
            for (int tokens : steps(context - ANSWER, CONTEXTS)) {
                all.add(new CalibrationPoint(OperatorClass.DECODE, tokens, batch));
            }
        }
        return all;
    }

    /** {@return lengths from the shortest to the longest, evenly in their logarithm; the longest alone where it is below the shortest} */
    static List<Integer> steps(int longest, double factor) {
        List<Integer> lengths = new ArrayList<>();
        for (double length = SHORTEST; length * Math.sqrt(factor) < longest; length *= factor)
            lengths.add((int) length);
        lengths.add(longest);
        return lengths;
    }

    @Override
    public double effort(CalibrationPoint point) {
        double prompt = TransformerDemand.prefill(model, point.tokens(), 1).flops();
        if (point.work() == OperatorClass.PREFILL) return prompt;
        return point.batch() * prompt
                + ANSWER
                        * TransformerDemand.decodeStep(model, point.tokens() + 1, point.batch())
                                .flops();
    }

    @Override
    public Optional<Measurement> time(CalibrationPoint point, CancelToken cancel) {
        return point.work() == OperatorClass.PREFILL ? prefill(point, cancel) : decode(point, cancel);
    }

    private Optional<Measurement> prefill(CalibrationPoint point, CancelToken cancel) {
        int[] prompt = prompt(point.tokens());
        long start = System.nanoTime();
        KvCache cache = engine.prefill(prompt, cancel);
        long end = System.nanoTime();
        cache.close();
        return end > start
                ? Optional.of(new Measurement(TransformerDemand.prefill(model, point.tokens(), 1), (end - start) / 1e9))
                : Optional.empty();
    }

    private Optional<Measurement> decode(CalibrationPoint point, CancelToken cancel) {
        List<KvCache> caches = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < point.batch(); i++) caches.add(engine.prefill(prompt(point.tokens()), cancel));
            List<Future<List<Long>>> answers = new ArrayList<>();
            for (KvCache cache : caches) {
                long seed = random.nextLong();
                answers.add(threads.submit(() -> tokenNanos(cache, seed, cancel)));
            }
            List<List<Long>> nanos = new ArrayList<>();
            for (Future<List<Long>> answer : answers) nanos.add(get(answer));
            return SharedSteps.of(nanos)
                    .map(s -> new Measurement(
                            TransformerDemand.decodeStep(
                                    model, (int) Math.round(point.tokens() + s.position()), point.batch()),
                            s.secondsPerStep()));
        } finally {
            caches.forEach(KvCache::close);
        }
    }

    /** When each token of an answer came. Hot sampling, so that a stop token seldom ends it early. */
    private List<Long> tokenNanos(KvCache cache, long seed, CancelToken cancel) {
        List<Long> nanos = new ArrayList<>();
        DecodeOptions options = new DecodeOptions(ANSWER, Sampling.seeded(4, seed), Set.of());
        engine.decode(cache, options, (index, id, text) -> nanos.add(System.nanoTime()), cancel);
        return nanos;
    }

    private static List<Long> get(Future<List<Long>> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw new IllegalStateException("A decode of the calibration failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The calibration was interrupted", e);
        }
    }

    private int[] prompt(int count) {
        return random.ints(count, model.vocab() / 4, model.vocab()).toArray();
    }

    @Override
    public void close() {
        engine.close();
    }
}
