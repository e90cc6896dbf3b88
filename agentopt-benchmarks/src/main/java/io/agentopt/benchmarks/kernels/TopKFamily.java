package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I64;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.ElementType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The 10 and the 100 largest of each of 16 rows. The error is 0 or infinite: values are copied, not computed. */
final class TopKFamily implements KernelFamily {
    private static final int ROWS = 16;

    /** What rows are a multiple of, for the Vector API's blocks. */
    private static final int BLOCK = 64;

    @Override
    public String name() {
        return "Top k";
    }

    @Override
    public List<String> kernels() {
        return List.of("top_k_k10", "top_k_k100");
    }

    @Override
    public KernelCase prepare(String kernel, Size size, Arena arena) {
        int k = Integer.parseInt(kernel.substring("top_k_k".length()));
        int n = size.rows(4L * ROWS) / BLOCK * BLOCK;
        Buffer scores = Fill.random(arena, new Random(n), F32, ROWS, n);
        Buffer values = Buffer.allocate(arena, F32, ROWS, k), indices = Buffer.allocate(arena, I64, ROWS, k);
        float[] exact = sorted(scores, n, k);
        float[] best = new float[ROWS * k];
        int[] where = new int[ROWS * k];
        List<Contender> contenders = new ArrayList<>(Ours.compiled(
                KernelSpec.of("top_k").with("k", k),
                () -> error(exact, values.toFloatArray()),
                scores,
                values,
                indices));
        contenders.add(Contender.peer(
                "Vector API",
                () -> VectorTopK.run(scores.segment(), best, where, ROWS, n, k),
                () -> error(exact, best)));
        contenders.add(Contender.peer(
                "plain Java",
                () -> PlainJava.topK(scores.segment(), best, where, ROWS, n, k),
                () -> error(exact, best)));
        OnnxModel onnx = new OnnxModel(arena, "top k", onnx(n, k))
                .input("scores", ElementType.FLOAT32, scores.segment(), ROWS, n)
                .output("values", ElementType.FLOAT32, ROWS, k)
                .output("indices", ElementType.INT64, ROWS, k);
        contenders.add(Contender.peer("ONNX Runtime", onnx::run, () -> error(exact, onnx.floats("values"))));
        contenders.addAll(Ceilings.read(scores.segment()));
        return new KernelCase(kernel, size, scores.segment().byteSize(), true, true, contenders);
    }

    private static OnnxWriter onnx(int n, int k) {
        return new OnnxWriter("top k")
                .input("scores", OnnxWriter.FLOAT, ROWS, n)
                .constant("k", new long[] {k}, 1)
                .node("", "TopK", List.of("values", "indices"), List.of("scores", "k"), Map.of("axis", 1L))
                .output("values", OnnxWriter.FLOAT, ROWS, k)
                .output("indices", OnnxWriter.INT64, ROWS, k);
    }

    private static float[] sorted(Buffer scores, int n, int k) {
        float[] all = scores.toFloatArray(), exact = new float[ROWS * k];
        for (int r = 0; r < ROWS; r++) {
            float[] row = Arrays.copyOfRange(all, r * n, (r + 1) * n);
            Arrays.parallelSort(row);
            for (int p = 0; p < k; p++) exact[r * k + p] = row[n - 1 - p];
        }
        return exact;
    }

    private static double error(float[] exact, float[] found) {
        return Arrays.equals(exact, found) ? 0 : Double.POSITIVE_INFINITY;
    }
}
