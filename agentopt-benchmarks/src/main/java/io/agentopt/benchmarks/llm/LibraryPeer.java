package io.agentopt.benchmarks.llm;

import io.agentopt.benchmarks.Metric;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Another library for the JVM that loads the same weights: llama.cpp by java-llama.cpp. Each library has a process of its own;
 * rounds take turns. Both must give the same tokens, up to where two scores lie closer than rounding.
 */
final class LibraryPeer {
    private static final int PROMPT = 256, TOKENS = 48, ROUNDS = 5;
    private static final String PEER = "java-llama.cpp 4.2.0, ";

    /**
     * Formats of the weights.
     *
     * @param agreement least share of tokens that must be alike: random weights have ties that rounding decides, and with weights in eight
     *     bits both also round what they are multiplied with, each in its own way
     */
    private record Format(String name, boolean int8, double agreement) {}

    private LibraryPeer() {}

    static List<Metric> run(RandomModels models, int threads) {
        List<Metric> metrics = new ArrayList<>(run(new Format("float32", false, 0.9), models.small(), models, threads));
        metrics.addAll(run(new Format("int8", true, 0.1), models.smallInt8(), models, threads));
        return metrics;
    }

    private static List<Metric> run(Format format, ModelPack model, RandomModels models, int threads) {
        DecoderShape shape = DecoderShape.SMALL;
        Path pack = model.onnx().resolveSibling("");
        Path gguf = GgufDecoder.write(models.folder().resolve(format.name() + ".gguf"), shape, format.int8());
        try (ChildJvm ours = worker("ours", pack, shape, threads);
                ChildJvm theirs = worker("llama.cpp", gguf, shape, threads)) {
            double[] first = new double[ROUNDS], theirFirst = new double[ROUNDS];
            double[] step = new double[ROUNDS], theirStep = new double[ROUNDS];
            int same = 0, all = 0;
            for (int round = -1; round < ROUNDS; round++) {
                Contestant.Answer a = answer(ours, round), b = answer(theirs, round);
                all += TOKENS;
                same += agreement(a.tokens(), b.tokens());
                if (round < 0) continue;
                first[round] = a.firstSeconds();
                theirFirst[round] = b.firstSeconds();
                step[round] = a.stepSeconds();
                theirStep[round] = b.stepSeconds();
            }
            System.out.printf(
                    "%s, %d + %d tokens: ours %.1f tokens/s, first token %.0f ms; llama.cpp %.1f, %.0f; %d of %d tokens alike%n",
                    format.name(),
                    PROMPT,
                    TOKENS,
                    1 / Medians.of(step),
                    Medians.of(first) * 1e3,
                    1 / Medians.of(theirStep),
                    Medians.of(theirFirst) * 1e3,
                    same,
                    all);
            if (same < format.agreement() * all) {
                throw new IllegalStateException(
                        "The same weights gave other tokens: " + same + " of " + all + " alike.");
            }
            return List.of(
                    Metric.of("decode_speedup_vs_llama_cpp_" + format.name(), Medians.ofRatios(theirStep, step), "x")
                            .peer(PEER + format.name(), 1),
                    Metric.of(
                                    "ttft_256_speedup_vs_llama_cpp_" + format.name(),
                                    Medians.ofRatios(theirFirst, first),
                                    "x")
                            .peer(PEER + format.name(), 1),
                    Metric.of("tokens_alike_llama_cpp_" + format.name(), (double) same / all, "share")
                            .goal(">= " + format.agreement()));
        }
    }

    private static ChildJvm worker(String name, Path model, DecoderShape shape, int threads) {
        ChildJvm worker =
                new ChildJvm(AnswerWorker.class, List.of("-Xmx512m"), Map.of(), name, model, shape.context(), threads);
        worker.hear();
        return worker;
    }

    private static Contestant.Answer answer(ChildJvm worker, int round) {
        worker.tell(PROMPT + " " + TOKENS + " " + round);
        String[] said = worker.hear().split(" ", -1);
        return new Contestant.Answer(
                Double.parseDouble(said[0]),
                Double.parseDouble(said[1]),
                Arrays.stream(said[2].split(",", -1))
                        .mapToInt(Integer::parseInt)
                        .toArray());
    }

    /** {@return how many tokens are alike before the first that is not} */
    private static int agreement(int[] a, int[] b) {
        int different = Arrays.mismatch(a, b);
        return different < 0 ? a.length : different;
    }
}
