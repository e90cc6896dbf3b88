package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.F32;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.ElementType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Softmax and log-softmax of logits, the latter at temperature 1, which spares ONNX Runtime a division. The ceiling is a copy of the same shape. */
final class SoftmaxFamily implements KernelFamily {
    @Override
    public String name() {
        return "Softmax and log-softmax";
    }

    @Override
    public List<String> kernels() {
        return List.of("softmax_c32000", "softmax_c128256", "log_softmax_c32000", "log_softmax_c151936");
    }

    @Override
    public KernelCase prepare(String kernel, Size size, Arena arena) {
        int at = kernel.lastIndexOf("_c");
        String name = kernel.substring(0, at);
        int columns = Integer.parseInt(kernel.substring(at + 2));
        boolean logarithm = name.equals("log_softmax");
        int rows = size.rows(8L * columns);
        Buffer x = Fill.random(arena, new Random(columns), F32, rows, columns);
        for (long i = 0; i < x.elements(); i++) x.setFloat(i, 8 * x.getFloat(i));
        Buffer temperature = Buffer.allocate(arena, F32, rows);
        for (int r = 0; r < rows; r++) temperature.setFloat(r, 1);
        Buffer ours = Buffer.allocate(arena, F32, rows, columns), theirs = Buffer.allocate(arena, F32, rows, columns);
        Buffer exact = Buffer.allocate(arena, F32, rows, columns);
        KernelSpec spec = KernelSpec.of(name).with("columns", columns);
        Buffer[] buffers = logarithm ? new Buffer[] {x, temperature, ours} : new Buffer[] {x, ours};
        Buffer[] reference = buffers.clone();
        reference[reference.length - 1] = exact;
        Kernels.references(KernelCatalog.all()).of(spec).run(reference);
        double floor = logarithm ? 1 : 0;
        List<Contender> contenders =
                new ArrayList<>(Ours.compiled(spec, () -> Accuracy.error(exact, ours.toFloatArray(), floor), buffers));
        contenders.add(Contender.peer(
                "Vector API",
                () -> {
                    if (logarithm)
                        VectorSoftmax.logSoftmax(x.segment(), temperature.segment(), theirs.segment(), rows, columns);
                    else VectorSoftmax.softmax(x.segment(), theirs.segment(), rows, columns);
                },
                () -> Accuracy.error(exact, theirs.toFloatArray(), floor)));
        contenders.add(Contender.peer(
                "plain Java",
                () -> {
                    if (logarithm)
                        PlainJava.logSoftmax(x.segment(), temperature.segment(), theirs.segment(), rows, columns);
                    else PlainJava.softmax(x.segment(), theirs.segment(), rows, columns);
                },
                () -> Accuracy.error(exact, theirs.toFloatArray(), floor)));
        OnnxModel onnx = new OnnxModel(arena, name, onnx(logarithm ? "LogSoftmax" : "Softmax", rows, columns))
                .input("x", ElementType.FLOAT32, x.segment(), rows, columns)
                .output("y", ElementType.FLOAT32, rows, columns);
        contenders.add(Contender.peer("ONNX Runtime", onnx::run, () -> Accuracy.error(exact, onnx.floats("y"), floor)));
        contenders.addAll(Ceilings.copy(x.segment(), theirs.segment()));
        return new KernelCase(kernel, size, 2 * x.segment().byteSize(), true, true, contenders);
    }

    private static OnnxWriter onnx(String operator, int rows, int columns) {
        OnnxWriter writer = new OnnxWriter(operator)
                .input("x", OnnxWriter.FLOAT, rows, columns)
                .output("y", OnnxWriter.FLOAT, rows, columns);
        writer.node(operator, "y", List.of("x"), Map.of("axis", -1L));
        return writer;
    }
}
