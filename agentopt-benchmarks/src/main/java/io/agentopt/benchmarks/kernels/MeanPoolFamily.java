package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I64;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.ElementType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Masked mean and L2 norm of sequences of 128 tokens, none masked, so that every byte counts. Errors are relative to the largest element of a row. */
final class MeanPoolFamily implements KernelFamily {
    private static final int TOKENS = 128;

    @Override
    public String name() {
        return "Mean pooling";
    }

    @Override
    public List<String> kernels() {
        return List.of("mean_pool_d384", "mean_pool_d768");
    }

    @Override
    public KernelCase prepare(String kernel, Size size, Arena arena) {
        int d = Integer.parseInt(kernel.substring("mean_pool_d".length()));
        int batch = size.rows(4L * TOKENS * d);
        Buffer hidden = Fill.random(arena, new Random(d), F32, batch, TOKENS, d);
        Buffer mask = Buffer.allocate(arena, I64, batch, TOKENS);
        for (long i = 0; i < mask.elements(); i++) mask.setInteger(i, 1);
        Buffer ours = Buffer.allocate(arena, F32, batch, d), theirs = Buffer.allocate(arena, F32, batch, d);
        List<Contender> contenders = new ArrayList<>(Ours.compiled(
                KernelSpec.of("mean_pool").with("d", d), () -> error(hidden, ours.toFloatArray()), hidden, mask, ours));
        contenders.add(Contender.peer(
                "Vector API",
                () -> VectorMeanPool.run(hidden.segment(), mask.segment(), theirs.segment(), batch, TOKENS, d),
                () -> error(hidden, theirs.toFloatArray())));
        contenders.add(Contender.peer(
                "plain Java",
                () -> PlainJava.meanPool(hidden.segment(), mask.segment(), theirs.segment(), batch, TOKENS, d),
                () -> error(hidden, theirs.toFloatArray())));
        OnnxModel onnx = new OnnxModel(arena, "mean pooling", onnx(batch, d))
                .input("weights", ElementType.FLOAT32, ones(arena, batch).segment(), batch, 1, TOKENS)
                .input("hidden", ElementType.FLOAT32, hidden.segment(), batch, TOKENS, d)
                .output("pooled", ElementType.FLOAT32, batch, 1, d);
        contenders.add(Contender.peer("ONNX Runtime, MatMul", onnx::run, () -> error(hidden, onnx.floats("pooled"))));
        contenders.addAll(Ceilings.read(hidden.segment()));
        return new KernelCase(kernel, size, hidden.segment().byteSize(), true, true, contenders);
    }

    /** The mask as weights of a matrix product, which is faster in ONNX Runtime than the embedders' own Mul, ReduceSum and Div. */
    private static OnnxWriter onnx(int batch, int d) {
        OnnxWriter writer = new OnnxWriter("mean pooling")
                .input("weights", OnnxWriter.FLOAT, batch, 1, TOKENS)
                .input("hidden", OnnxWriter.FLOAT, batch, TOKENS, d)
                .output("pooled", OnnxWriter.FLOAT, batch, 1, d);
        writer.node("MatMul", "sum", List.of("weights", "hidden"), Map.of());
        writer.node("LpNormalization", "pooled", List.of("sum"), Map.of("axis", -1L, "p", 2L));
        return writer;
    }

    private static Buffer ones(Arena arena, int batch) {
        Buffer weights = Buffer.allocate(arena, F32, batch, TOKENS);
        for (long i = 0; i < weights.elements(); i++) weights.setFloat(i, 1);
        return weights;
    }

    private static double error(Buffer hidden, float[] pooled) {
        int d = (int) hidden.dimension(2), batch = (int) hidden.dimension(0);
        double worst = 0;
        for (int b = 0; b < batch; b++) {
            double[] sum = new double[d];
            for (long t = (long) b * TOKENS; t < (b + 1L) * TOKENS; t++) {
                for (int j = 0; j < d; j++) sum[j] += hidden.getFloat(t * d + j);
            }
            double square = 0, largest = 0;
            for (double x : sum) {
                square += x * x;
                largest = Math.max(largest, Math.abs(x));
            }
            for (int j = 0; j < d; j++) {
                double off = Math.abs(pooled[b * d + j] * Math.sqrt(square) - sum[j]) / largest;
                worst = Math.max(worst, off);
            }
        }
        return worst;
    }
}
