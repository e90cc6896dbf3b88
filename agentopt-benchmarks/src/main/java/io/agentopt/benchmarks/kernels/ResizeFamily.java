package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I8;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.ResizeTaps;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** RGB photographs to 224 x 224, normalised as for vision models, antialiased and not. Bound by arithmetic, not memory, when antialiased. */
final class ResizeFamily implements KernelFamily {
    private static final int TO = 224;
    private static final float[] SCALE = {1 / (255 * 0.229f), 1 / (255 * 0.224f), 1 / (255 * 0.225f)};
    private static final float[] BIAS = {-0.485f / 0.229f, -0.456f / 0.224f, -0.406f / 0.225f};

    @Override
    public String name() {
        return "Image resize and normalise";
    }

    @Override
    public List<String> kernels() {
        return List.of("resize_antialiased", "resize_nearest_two");
    }

    @Override
    public KernelCase prepare(String kernel, Size size, Arena arena) {
        int width = size == Size.CACHE ? 640 : 6400;
        int height = size.rows(3L * width);
        Buffer image = Fill.random(arena, new Random(1), I8, height, width, 3);
        boolean antialiased = kernel.equals("resize_antialiased");
        ResizeTaps y = antialiased ? ResizeTaps.antialiased(height, TO) : ResizeTaps.nearestTwo(height, TO);
        ResizeTaps x = antialiased ? ResizeTaps.antialiased(width, TO) : ResizeTaps.nearestTwo(width, TO);
        Buffer[] buffers = {
            y.first(arena),
            y.weights(arena),
            x.first(arena),
            x.weights(arena),
            Buffer.copyOf(arena, SCALE),
            Buffer.copyOf(arena, BIAS),
            image,
            Buffer.allocate(arena, F32, 3, TO, TO)
        };
        Buffer theirs = Buffer.allocate(arena, F32, 3, TO, TO);
        VectorResize vectors = new VectorResize(
                integers(buffers[0]),
                buffers[1].toFloatArray(),
                integers(buffers[2]),
                buffers[3].toFloatArray(),
                SCALE,
                BIAS);
        List<Contender> contenders = new ArrayList<>(
                Ours.compiled(KernelSpec.of("resize").with("channels", 3), () -> error(buffers, buffers[7]), buffers));
        contenders.add(Contender.peer(
                "Vector API",
                () -> vectors.run(image.segment(), width, theirs.segment()),
                () -> error(buffers, theirs)));
        contenders.add(Contender.peer(
                "plain Java",
                () -> PlainJava.resize(vectors, image.segment(), width, theirs.segment()),
                () -> error(buffers, theirs)));
        if (!antialiased) contenders.add(onnxRuntime(arena, buffers, height, width));
        contenders.addAll(Ceilings.read(image.segment()));
        long rowsRead = Math.min(height, (long) TO * y.taps());
        return new KernelCase(
                kernel, size, rowsRead * width * 3 + theirs.segment().byteSize(), true, false, contenders);
    }

    /** Not antialiased: with {@code antialias} ONNX Runtime's results are a tenth off those of the taps. */
    private static Contender onnxRuntime(Arena arena, Buffer[] buffers, int height, int width) {
        OnnxWriter writer = new OnnxWriter("resize")
                .input("image", ElementType.UINT8.onnx(), 1, height, width, 3)
                .constant("sizes", new long[] {1, 3, TO, TO}, 4)
                .constant("scale", SCALE, 1, 3, 1, 1)
                .constant("bias", BIAS, 1, 3, 1, 1)
                .output("out", OnnxWriter.FLOAT, 1, 3, TO, TO);
        writer.node("Transpose", "planes", List.of("image"), Map.of("perm", new long[] {0, 3, 1, 2}));
        writer.node("Cast", "floats", List.of("planes"), Map.of("to", (long) OnnxWriter.FLOAT));
        writer.node("Resize", "resized", List.of("floats", "", "", "sizes"), Map.of("mode", "linear"));
        writer.node("Mul", "scaled", List.of("resized", "scale"), Map.of());
        writer.node("Add", "out", List.of("scaled", "bias"), Map.of());
        OnnxModel onnx = new OnnxModel(arena, "resize", writer)
                .input("image", ElementType.UINT8, buffers[6].segment(), 1, height, width, 3)
                .output("out", ElementType.FLOAT32, 1, 3, TO, TO);
        return Contender.peer(
                "ONNX Runtime, Resize",
                onnx::run,
                () -> error(buffers, Buffer.copyOf(arena, onnx.floats("out"), 3, TO, TO)));
    }

    private static int[] integers(Buffer buffer) {
        return buffer.segment().toArray(ValueLayout.JAVA_INT);
    }

    /** Relative to outputs above 1 and absolute below, over some hundred outputs. */
    private static double error(Buffer[] buffers, Buffer out) {
        double worst = 0;
        Random random = new Random(5);
        for (int i = 0; i < 500; i++) {
            int row = random.nextInt(TO);
            int column = random.nextInt(TO);
            int channel = i % 3;
            double exact = (double) SCALE[channel] * window(buffers, row, column, channel) + BIAS[channel];
            double off = Math.abs(out.getFloat(((long) channel * TO + row) * TO + column) - exact)
                    / Math.max(1, Math.abs(exact));
            worst = Math.max(worst, off);
        }
        return worst;
    }

    private static double window(Buffer[] buffers, int row, int column, int channel) {
        Buffer image = buffers[6];
        long rowTaps = buffers[1].dimension(1);
        long columnTaps = buffers[3].dimension(1);
        double sum = 0;
        for (long s = 0; s < rowTaps; s++) {
            for (long t = 0; t < columnTaps; t++) {
                long pixel = (buffers[0].getInteger(row) + s) * image.dimension(1) + buffers[2].getInteger(column) + t;
                double weight =
                        (double) buffers[1].getFloat(row * rowTaps + s) * buffers[3].getFloat(column * columnTaps + t);
                sum += weight * (image.getInteger(3 * pixel + channel) & 0xff);
            }
        }
        return sum;
    }
}
