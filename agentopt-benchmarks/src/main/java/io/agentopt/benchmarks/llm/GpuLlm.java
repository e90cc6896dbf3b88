package io.agentopt.benchmarks.llm;

import io.agentopt.benchmarks.BenchReport;
import io.agentopt.benchmarks.Metric;
import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.EpSpec;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.device.fact.CardCopies;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.execute.GpuSettings;
import io.agentopt.runtime.llm.execute.PromptLane;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code ./build bench llm --gpu}: prefill, decode and hand-off of float16 models on an NVIDIA GPU, through the public engine.
 * The property {@code agentopt.cuda.provider} names the provider's library. Options: {@code --model small|1b|8b}, {@code
 * --folder DIR} for the model, {@code --batches 1,16}, {@code --prompts 512,2048}, {@code --only prefill,decode,...} (also mixed,
 * interference, handoff, and peers, which takes two GPUs), {@code --tokens N} of an answer, {@code --separate} gate and up, {@code
 * --plain-activation} by ONNX's operators and not this library's, {@code --joined-activation} by ONNX's in the file that become this
 * library's when it is loaded, {@code --lane between|beside}: where prompts are filled, {@code --chunk N} of a prompt, {@code
 * --half-scores}: the model writes float16, {@code --sampling temperature=0.8,top_k=40,top_p=0.95,seed=1} of answers instead of
 * greedy ones, {@code --capture open|late} of graphs, {@code --cpu} instead of the GPU, to try the bench. {@code --only nodes}
 * counts the model's nodes by ONNX Runtime's profile.
 */
public final class GpuLlm {
    private static final int CHUNK = 2048;
    private static final Map<String, DecoderShape> SHAPES = Map.of(
            "small", new DecoderShape(2, 256, 4, 2, 512, 1000, 640),
            "1b", DecoderShape.ONE_BILLION,
            "8b", DecoderShape.EIGHT_BILLION);

    private GpuLlm() {}

    /** Runs without the other benches' class path. */
    public static void main(String[] args) {
        run(List.of(args)).publish();
    }

    /** Runs what is asked for. */
    public static BenchReport run(List<String> options) {
        String model = option(options, "--model", "1b");
        DecoderShape shape = shape(model);
        Path folder = Path.of(option(options, "--folder", System.getProperty("java.io.tmpdir")));
        List<String> only = List.of(option(options, "--only", "prefill,decode").split(",", -1));
        int[] batches = numbers(option(options, "--batches", "1,16,64,256"));
        int[] prompts = numbers(option(options, "--prompts", "512,2048"));
        int tokens = Integer.parseInt(option(options, "--tokens", "128"));
        int held = Integer.parseInt(option(options, "--held", "512"));
        boolean packed = !options.contains("--separate");
        boolean halfScores = options.contains("--half-scores");
        boolean joined = options.contains("--joined-activation");
        boolean asWritten = options.contains("--plain-activation"), plain = asWritten || joined;
        Sampling sampling = Sampling.parse(option(options, "--sampling", "greedy"));
        String id = model
                + (packed ? "" : "-separate")
                + (joined ? "-joined" : asWritten ? "-plain" : "")
                + (halfScores ? "-half-scores" : "")
                + (sampling.isGreedy() ? "" : "-drawn");
        long start = System.nanoTime();
        ModelPack pack = HalfDecoder.pack(
                folder,
                id,
                shape,
                packed,
                halfScores,
                plain ? HalfDecoder.Activation.PLAIN : HalfDecoder.Activation.OWN);
        say("%s written in %.1f s", id, seconds(start));
        Optional<EpDevice> gpu = options.contains("--cpu") ? Optional.empty() : Optional.of(gpu());
        int slots = Math.max(2, Arrays.stream(batches).max().orElse(1));
        EngineSettings settings = settings(gpu, slots, asWritten)
                .withPrefillChunk(Integer.parseInt(option(options, "--chunk", Integer.toString(CHUNK))))
                .withGpu(new GpuSettings(
                        lane(option(options, "--lane", "beside")),
                        option(options, "--capture", "open").equals("open")));
        if (only.contains("nodes")) {
            return new BenchReport(
                    "llm-gpu-nodes-" + id, NodeCount.of(pack, settings.session(), settings.gpu(), folder));
        }
        List<Metric> metrics = new ArrayList<>();
        double copy = gpu.isPresent() ? copy() : 20e9;
        say("device copy %.0f GB/s read and written", copy / 1e9);
        start = System.nanoTime();
        try (LlmEngine engine = LlmEngine.open(pack, settings)) {
            say("%s opened in %.1f s, for %s", id, seconds(start), engine.memory());
            Streams streams = new Streams(engine, shape, sampling);
            if (only.contains("prefill")) {
                for (int p : prompts) metrics.add(prefill(streams, id, shape, p));
            }
            if (only.contains("decode")) metrics.addAll(decode(streams, id, shape, batches, held, tokens, copy));
            if (only.contains("mixed")) metrics.addAll(HandOff.mixed(engine, pack, id, shape));
            if (only.contains("interference")) metrics.addAll(Interference.measure(streams, id));
        }
        if (only.contains("handoff") && gpu.isPresent()) metrics.addAll(HandOff.rates(pack, settings.session(), id));
        if (only.contains("peers") && gpu.isPresent()) {
            EpDevice second = gpus().stream()
                    .skip(1)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("--only peers takes two GPUs."));
            SessionSettings other =
                    settings(Optional.of(second), slots, asWritten).session();
            metrics.addAll(HandOff.peers(pack, settings.session(), other, id));
        }
        return new BenchReport("llm-gpu-" + id, metrics);
    }

    static DecoderShape shape(String model) {
        DecoderShape shape = SHAPES.get(model);
        if (shape == null)
            throw new IllegalArgumentException("--model is one of " + SHAPES.keySet() + ", not " + model + ".");
        return shape;
    }

    /** The ceiling of what is bound by memory: a copy within the GPU, by the driver, read and written. */
    private static double copy() {
        return switch (GpuDriver.open(GpuApi.CUDA)) {
            case GpuDriver.Opened opened ->
                CardCopies.measure(opened.driver(), 0).within();
            case GpuDriver.Absent absent -> throw new IllegalStateException(absent.reason());
        };
    }

    private static Metric prefill(Streams streams, String id, DecoderShape shape, int prompt) {
        Streams.Prefill measured = streams.prefill(prompt, 20);
        double seconds = measured.seconds();
        double flops = 2.0 * (shape.stepParameters() - (double) shape.hidden() * shape.vocab()) * prompt
                + 2.0 * shape.hidden() * shape.vocab()
                + 2.0 * shape.layers() * shape.hidden() * (double) prompt * prompt;
        say(
                "prefill %d: %.2f ms (run %.2f), %.0f tokens/s, %.0f TFLOP/s",
                prompt, seconds * 1e3, measured.secondsOfRun() * 1e3, prompt / seconds, flops / seconds / 1e12);
        return Metric.of("prefill_" + prompt + "_" + id, seconds * 1e3, "ms");
    }

    private static List<Metric> decode(
            Streams streams, String id, DecoderShape shape, int[] batches, int held, int tokens, double copy) {
        List<Metric> metrics = new ArrayList<>();
        double alone = 0, weightBytes = 2.0 * shape.stepParameters();
        double kvBytes = 4.0 * shape.layers() * shape.kvWidth();
        for (int batch : batches) {
            streams.answer(batch, held, 64); // captures what is not captured yet
            Streams.Round r = streams.answer(batch, held, tokens);
            double bytes = weightBytes + kvBytes * batch * (held + tokens / 2.0);
            double share = bytes / r.secondsPerStep() / copy, rate = batch / r.secondsPerStep();
            if (batch == 1) alone = rate;
            say(
                    "decode batch %d after %d: %.3f ms a step (runs %.3f), %.0f tokens/s, whole round %.0f tokens/s, %.2f GB, %.3f of copy, tokens %d, sum %d",
                    batch,
                    held,
                    r.secondsPerStep() * 1e3,
                    r.secondsOfRun() * 1e3,
                    rate,
                    r.tokensPerSecond(),
                    bytes / 1e9,
                    share,
                    r.tokens(),
                    r.checksum());
            metrics.add(Metric.of("decode_" + batch + "_" + id, r.secondsPerStep() * 1e3, "ms"));
            metrics.add(Metric.of("decode_" + batch + "_share_of_copy_" + id, share, "share"));
            if (batch > 1 && alone > 0) {
                metrics.add(Metric.of("streams" + batch + "_speedup_" + id, rate / alone, "x"));
            }
        }
        return metrics;
    }

    private static EngineSettings settings(Optional<EpDevice> gpu, int slots, boolean asWritten) {
        SessionSettings cpu = SessionSettings.cpu(Runtime.getRuntime().availableProcessors());
        SessionSettings session = gpu.map(cpu::on).orElse(cpu);
        return EngineSettings.of(asWritten ? session.asWritten() : session).withSlots(slots, Duration.ofMinutes(5));
    }

    private static PromptLane lane(String name) {
        return switch (name) {
            case "between" -> PromptLane.BETWEEN_STEPS;
            case "beside" -> PromptLane.BESIDE_STEPS;
            default -> throw new IllegalArgumentException("--lane is between or beside, not " + name + ".");
        };
    }

    private static EpDevice gpu() {
        return gpus().getFirst();
    }

    private static List<EpDevice> gpus() {
        String property = "agentopt.cuda.provider", library = System.getProperty(property, "");
        if (library.isEmpty())
            throw new IllegalStateException("Set the property " + property + " to the provider's library.");
        List<EpDevice> devices = OrtEnvironment.get().register(new EpSpec("agentopt.cuda", Path.of(library), Map.of()));
        for (EpDevice d : devices) say("%s %s", d, d.metadata());
        List<EpDevice> gpus = devices.stream()
                .filter(d -> d.hardware() == EpDevice.Hardware.GPU)
                .toList();
        if (gpus.isEmpty()) throw new IllegalStateException("The provider " + library + " has no GPU: " + devices);
        return gpus;
    }

    @SuppressWarnings("AnnotateFormatMethod") // which would be a dependency
    static void say(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
        System.out.flush();
    }

    static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static int[] numbers(String list) {
        return Arrays.stream(list.split(",", -1)).mapToInt(Integer::parseInt).toArray();
    }

    static String option(List<String> options, String name, String otherwise) {
        int at = options.indexOf(name);
        return at < 0 ? otherwise : options.get(at + 1);
    }
}
