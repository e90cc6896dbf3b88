package io.agentopt.benchmarks.llm;

import io.agentopt.benchmarks.Metric;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Another library for the JVM that loads the same weights: llama.cpp by java-llama.cpp. Each library has a process of its own;
 * rounds take turns. Both must give the same tokens, up to where two scores lie closer than rounding.
 */
final class LibraryPeer {
    private static final int PROMPT = 512, TOKENS = 48, ROUNDS = 5;
    private static final double AGREEMENT = 0.9; // random weights have ties that rounding decides

    private LibraryPeer() {}

    static List<Metric> run(RandomModels models, int threads) {
        DecoderShape shape = DecoderShape.SMALL;
        Path pack = models.small().onnx().getParent();
        Path gguf = GgufDecoder.write(models.folder().resolve("random.gguf"), shape);
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
                    "float32, %d + %d tokens: ours %.1f tokens/s, first token %.0f ms; llama.cpp %.1f, %.0f; %d of %d tokens alike%n",
                    PROMPT,
                    TOKENS,
                    1 / Medians.of(step),
                    Medians.of(first) * 1e3,
                    1 / Medians.of(theirStep),
                    Medians.of(theirFirst) * 1e3,
                    same,
                    all);
            if (same < AGREEMENT * all) {
                throw new IllegalStateException("The same weights gave other tokens: " + same + " of " + all + " alike.");
            }
            return List.of(
                    Metric.of("decode_speedup_vs_llama_cpp", Medians.ofRatios(theirStep, step), "x")
                            .peer("java-llama.cpp 4.2.0, float32", 1),
                    Metric.of("ttft_512_speedup_vs_llama_cpp", Medians.ofRatios(theirFirst, first), "x")
                            .peer("java-llama.cpp 4.2.0, float32", 1),
                    Metric.of("tokens_alike_llama_cpp", (double) same / all, "share")
                            .goal(">= " + AGREEMENT));
        }
    }

    private static ChildJvm worker(String name, Path model, DecoderShape shape, int threads) {
        ChildJvm worker = new ChildJvm(
                AnswerWorker.class, List.of("-Xmx512m"), Map.of(), name, model, shape.context(), threads);
        worker.hear();
        return worker;
    }

    private static Contestant.Answer answer(ChildJvm worker, int round) {
        worker.tell(PROMPT + " " + TOKENS + " " + round);
        String[] said = worker.hear().split(" ");
        return new Contestant.Answer(
                Double.parseDouble(said[0]),
                Double.parseDouble(said[1]),
                Arrays.stream(said[2].split(",")).mapToInt(Integer::parseInt).toArray());
    }

    /** {@return how many tokens are alike before the first that is not} */
    private static int agreement(int[] a, int[] b) {
        int different = Arrays.mismatch(a, b);
        return different < 0 ? a.length : different;
    }
}
