package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Calibration;
import io.agentopt.cost.LocalCalibration;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.DecodeOptions;
import io.agentopt.runtime.llm.EmbedEngine;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.Generation;
import io.agentopt.runtime.llm.KvCache;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.TokenListener;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Runs models on this machine and fits the cost model to their times: prefill over a range of prompt lengths, decode over a range of
 * contexts, embedding over a range of text lengths. After a warm-up it sweeps over each range several times, so that a neighbour's burst of load
 * falls on some points of each length and not on all of one; a point is the median of a few runs.
 */
public final class Calibrator {
    private static final int[] PROMPTS = {16, 48, 96, 160, 240, 320, 448, 640, 1024};
    private static final int[] CONTEXTS = {32, 128, 256, 448, 896};
    private static final int[] WORDS = {2, 6, 12, 20, 32, 48};
    private static final int SWEEPS = 3;
    private static final int REPEATS = 3;
    private static final int DECODE_TOKENS = 24;

    private final int threads;
    private final Consumer<String> progress;
    private final Map<OperatorClass, List<Measurement>> measured = new EnumMap<>(OperatorClass.class);

    private Calibrator(int threads, Consumer<String> progress) {
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * Measures and fits; takes a few seconds a model.
     *
     * @param device this machine
     * @param models ids of packs in the store
     * @param threads of each native run
     * @param progress hears a line before each model
     */
    public static CalibratedMachine run(
            DeviceSpec device, ModelStore store, List<String> models, int threads, Consumer<String> progress) {
        Calibrator c = new Calibrator(threads, progress);
        for (String id : models) c.measure(store.pack(id));
        DeviceSpec reached = atLeast(
                device, c.measured.values().stream().flatMap(List::stream).toList());
        Map<OperatorClass, Calibration> fits = new EnumMap<>(OperatorClass.class);
        c.measured.forEach((work, points) -> fits.put(work, LocalCalibration.fit(reached, points)));
        return new CalibratedMachine(reached, fits);
    }

    /**
     * {@return the device with peaks no lower than what the measurements reached}  The peaks of the local machine are estimates: a model whose
     * weights stay in a cache reads faster than a stream from memory.
     */
    static DeviceSpec atLeast(DeviceSpec device, List<Measurement> measurements) {
        double bandwidth = device.memoryBytesPerSecond();
        Map<Precision, Double> flops = new EnumMap<>(device.densePeakFlops());
        for (Measurement m : measurements) {
            bandwidth = Math.max(bandwidth, m.demand().trafficBytes() / m.seconds());
            double reached = m.demand().flops() / m.seconds();
            Precision counted =
                    flops.containsKey(m.demand().precision()) ? m.demand().precision() : Precision.FP32;
            flops.merge(counted, reached, Math::max);
        }
        return new DeviceSpec(
                device.id(),
                device.vendor(),
                device.kind(),
                flops,
                device.memoryBytes(),
                bandwidth,
                device.intraNodeBytesPerSecond(),
                device.scaleOutBytesPerSecond(),
                device.tdpWatts(),
                device.maxMatmulEfficiency(),
                device.hostLinkBytesPerSecond(),
                device.processors(),
                device.boostHertz(),
                device.listPrice(),
                device.provenance());
    }

    private void measure(ModelPack pack) {
        progress.accept("measuring " + pack.id());
        switch (pack.spec().kind()) {
            case DECODER -> decoder(pack);
            case EMBEDDER -> embedder(pack);
        }
    }

    private void decoder(ModelPack pack) {
        ModelSpec model = pack.spec();
        SplittableRandom random = new SplittableRandom(1);
        try (LlmEngine engine = LlmEngine.open(pack, EngineSettings.cpu(threads).withPrefixes(PrefixSettings.off()))) {
            int[] lengths = prompts(model.maxContext());
            for (int i = 0; i < REPEATS; i++) prefillSeconds(engine, tokens(random, model, lengths[0]));
            for (int sweep = 0; sweep < SWEEPS; sweep++) sweep(engine, model, random, lengths);
        }
    }

    private void sweep(LlmEngine engine, ModelSpec model, SplittableRandom random, int[] lengths) {
        for (int length : lengths) {
            double seconds = median(() -> prefillSeconds(engine, tokens(random, model, length)));
            add(OperatorClass.PREFILL, new Measurement(TransformerDemand.prefill(model, length, 1), seconds));
        }
        for (int context : CONTEXTS) {
            if (context + DECODE_TOKENS > model.maxContext()) break;
            decode(engine, model, random, context);
        }
    }

    /** {@return the prompt lengths that fit a model, the whole context where even the first does not} */
    private static int[] prompts(int maxContext) {
        int[] fitting = Arrays.stream(PROMPTS).filter(p -> p <= maxContext).toArray();
        return fitting.length == 0 ? new int[] {maxContext} : fitting;
    }

    private static double prefillSeconds(LlmEngine engine, int[] tokens) {
        long start = System.nanoTime();
        KvCache cache = engine.prefill(tokens, CancelToken.none());
        double seconds = (System.nanoTime() - start) / 1e9;
        cache.close();
        return seconds;
    }

    private void decode(LlmEngine engine, ModelSpec model, SplittableRandom random, int context) {
        for (int i = 0; i < REPEATS; i++) {
            // Hot sampling, so that a stop token does not end the run at once.
            DecodeOptions options = new DecodeOptions(DECODE_TOKENS, Sampling.seeded(4, i), Set.of());
            try (KvCache cache = engine.prefill(tokens(random, model, context), CancelToken.none())) {
                long start = System.nanoTime();
                Generation made = engine.decode(cache, options, TokenListener.NONE, CancelToken.none());
                double seconds = (System.nanoTime() - start) / 1e9;
                int steps = made.timing().steps();
                if (steps >= 4) {
                    add(
                            OperatorClass.DECODE,
                            new Measurement(TransformerDemand.decode(model, context, steps + 1, 1), seconds));
                }
            }
        }
    }

    private void embedder(ModelPack pack) {
        ModelSpec model = pack.spec();
        try (EmbedEngine engine =
                EmbedEngine.open(pack, io.agentopt.runtime.backend.ort.SessionSettings.cpu(threads))) {
            engine.embed("warm up", CancelToken.none());
            for (int sweep = 0; sweep < SWEEPS; sweep++) {
                for (int words : WORDS)
                    embed(engine, model, "order ".repeat(words).strip());
            }
        }
    }

    private void embed(EmbedEngine engine, ModelSpec model, String text) {
        int length = engine.tokens(text);
        if (length < 1 || length > model.maxContext()) return;
        double seconds = median(() -> {
            long start = System.nanoTime();
            engine.embed(text, CancelToken.none());
            return (System.nanoTime() - start) / 1e9;
        });
        add(OperatorClass.EMBED, new Measurement(TransformerDemand.embed(model, length, 1), seconds));
    }

    private static int[] tokens(SplittableRandom random, ModelSpec model, int count) {
        return random.ints(count, model.vocab() / 4, model.vocab()).toArray();
    }

    private static double median(java.util.function.DoubleSupplier run) {
        double[] seconds = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) seconds[i] = run.getAsDouble();
        Arrays.sort(seconds);
        return seconds[REPEATS / 2];
    }

    private void add(OperatorClass work, Measurement point) {
        measured.computeIfAbsent(work, k -> new ArrayList<>()).add(point);
    }
}
