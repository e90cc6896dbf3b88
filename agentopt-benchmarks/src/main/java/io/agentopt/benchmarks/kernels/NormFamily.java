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

/** Layer norm and RMS norm of hidden states. The ceiling is a copy of the same shape. */
final class NormFamily implements KernelFamily {
    private static final float EPSILON = 1e-5f;

    @Override
    public String name() {
        return "Layer norm and RMS norm";
    }

    @Override
    public List<String> kernels() {
        return List.of("layer_norm_d384", "layer_norm_d1024", "layer_norm_d8192", "rms_norm_d384", "rms_norm_d4096");
    }

    @Override
    public KernelCase prepare(String kernel, Size size, Arena arena) {
        int at = kernel.lastIndexOf("_d");
        String name = kernel.substring(0, at);
        int d = Integer.parseInt(kernel.substring(at + 2));
        boolean layer = name.equals("layer_norm");
        int rows = size.rows(8L * d);
        Random random = new Random(d);
        Buffer x = Fill.random(arena, random, F32, rows, d);
        Buffer weight = Fill.random(arena, random, F32, d), bias = Fill.random(arena, random, F32, d);
        Buffer ours = Buffer.allocate(arena, F32, rows, d), theirs = Buffer.allocate(arena, F32, rows, d);
        Buffer exact = Buffer.allocate(arena, F32, rows, d);
        KernelSpec spec = KernelSpec.of(name).with("d", d).with("epsilon", "0.00001");
        Buffer[] buffers = layer ? new Buffer[] {x, weight, bias, ours} : new Buffer[] {x, weight, ours};
        Buffer[] reference = buffers.clone();
        reference[reference.length - 1] = exact;
        Kernels.references(KernelCatalog.all()).of(spec).run(reference);
        double floor = layer ? 1 : 0;
        List<Contender> contenders =
                new ArrayList<>(Ours.compiled(spec, () -> Accuracy.error(exact, ours.toFloatArray(), floor), buffers));
        contenders.add(Contender.peer(
                "Vector API",
                () -> {
                    if (layer)
                        VectorNorm.layer(
                                x.segment(), weight.segment(), bias.segment(), theirs.segment(), rows, d, EPSILON);
                    else VectorNorm.rms(x.segment(), weight.segment(), theirs.segment(), rows, d, EPSILON);
                },
                () -> Accuracy.error(exact, theirs.toFloatArray(), floor)));
        float[] weights = weight.toFloatArray(), biases = bias.toFloatArray();
        contenders.add(Contender.peer(
                "plain Java",
                () -> {
                    if (layer) PlainJava.layerNorm(x.segment(), weights, biases, theirs.segment(), rows, EPSILON);
                    else PlainJava.rmsNorm(x.segment(), weights, theirs.segment(), rows, EPSILON);
                },
                () -> Accuracy.error(exact, theirs.toFloatArray(), floor)));
        OnnxModel onnx = new OnnxModel(arena, name, onnx(layer, rows, d))
                .input("x", ElementType.FLOAT32, x.segment(), rows, d)
                .input("weight", ElementType.FLOAT32, weight.segment(), d)
                .output("y", ElementType.FLOAT32, rows, d);
        if (layer) onnx.input("bias", ElementType.FLOAT32, bias.segment(), d);
        contenders.add(Contender.peer("ONNX Runtime", onnx::run, () -> Accuracy.error(exact, onnx.floats("y"), floor)));
        contenders.addAll(Ceilings.copy(x.segment(), theirs.segment()));
        return new KernelCase(kernel, size, 2 * x.segment().byteSize(), true, true, contenders);
    }

    private static OnnxWriter onnx(boolean layer, int rows, int d) {
        OnnxWriter writer = new OnnxWriter("norm")
                .input("x", OnnxWriter.FLOAT, rows, d)
                .input("weight", OnnxWriter.FLOAT, d)
                .output("y", OnnxWriter.FLOAT, rows, d);
        if (layer) writer.input("bias", OnnxWriter.FLOAT, d);
        writer.node(
                layer ? "LayerNormalization" : "SimplifiedLayerNormalization",
                "y",
                layer ? List.of("x", "weight", "bias") : List.of("x", "weight"),
                Map.of("axis", -1L, "epsilon", EPSILON));
        return writer;
    }
}
