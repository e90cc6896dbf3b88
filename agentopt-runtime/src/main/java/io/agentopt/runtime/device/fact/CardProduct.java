package io.agentopt.runtime.device.fact;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.model.Precision;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionDevice;
import io.agentopt.runtime.backend.ort.SessionSettings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How fast ONNX Runtime multiplies matrices on a card. A row goes in and a row comes out; what is between stays on the card: the row is added to
 * a constant of n x n, and four of those below each other are multiplied by the constant so many times that starting kernels tells little,
 *
 * <pre>
 * rate = products * 2 * 4 n * n^2 / time of the run
 * </pre>
 *
 * for growing n, until a run would take too long. Constants are random: equal numbers would draw less power and run at higher clocks. They
 * are scaled so that a product keeps the size of its operands.
 */
final class CardProduct {
    private static final int[] WIDTHS = {512, 1024, 2048, 4096};
    private static final int PRODUCTS = 16, TIMES_AS_MANY_ROWS = 4;
    private static final double LONGEST = 0.4; // seconds that one run may be expected to take
    private static final double SECONDS = 0.15; // of runs of a width
    private static final int LEAST_RUNS = 3, MOST_RUNS = 40;
    private static final double GROWTH = 8;

    private final SessionDevice device;

    CardProduct(SessionDevice device) {
        this.device = device;
    }

    /**
     * {@return operations per second, the best of all widths}
     *
     * @param precision {@link Precision#FP16} or {@link Precision#FP32}; the second as the provider computes it, on NVIDIA's cards in TF32
     * @throws OrtException where the card does not run it
     */
    double best(Precision precision) {
        double best = 0;
        for (int width : WIDTHS) {
            double seconds = seconds(precision, width);
            best = Math.max(best, PRODUCTS * 2.0 * TIMES_AS_MANY_ROWS * width * width * width / seconds);
            if (seconds * GROWTH > LONGEST) break;
        }
        return best;
    }

    private double seconds(Precision precision, int width) {
        try (OrtSession session = OrtSession.open(
                        model(precision, width),
                        "rate of matrix products",
                        SessionSettings.cpu(1).on(device));
                OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, 1, width);
                OrtRunOptions options = OrtRunOptions.create()) {
            for (long i = 0; i < width; i++) x.data().setAtIndex(JAVA_FLOAT, i, 0);
            run(session, x, options); // chooses kernels, allocates
            double best = Double.MAX_VALUE, spent = 0;
            for (int i = 0; i < MOST_RUNS && (i < LEAST_RUNS || spent < SECONDS); i++) {
                double seconds = run(session, x, options);
                best = Math.min(best, seconds);
                spent += seconds;
            }
            return best;
        }
    }

    private static double run(OrtSession session, OrtTensor x, OrtRunOptions options) {
        long start = System.nanoTime();
        Map<String, OrtTensor> results = session.run(Map.of("x", x), options);
        double seconds = (System.nanoTime() - start) / 1e9;
        results.values().forEach(OrtTensor::close);
        return Math.max(seconds, 1e-9);
    }

    static byte[] model(Precision precision, int width) {
        boolean half = precision == Precision.FP16;
        int type = half ? OnnxWriter.FLOAT16 : OnnxWriter.FLOAT;
        OnnxWriter w = new OnnxWriter("products")
                .input("x", OnnxWriter.FLOAT, 1, width)
                .output("y", OnnxWriter.FLOAT, 1, width)
                .constant("w", type, half ? halves(width) : floats(width), width, width)
                .constant("first", new long[] {0}, 1);
        w.node("Cast", "row", List.of("x"), Map.of("to", (long) type));
        String square = w.node("Add", "square", List.of("w", "row"), Map.of());
        String last = w.node("Concat", "h", Collections.nCopies(TIMES_AS_MANY_ROWS, square), Map.of("axis", 0L));
        for (int i = 0; i < PRODUCTS; i++) last = w.node("MatMul", "h" + i, List.of(last, "w"), Map.of());
        w.node("Gather", "firstRow", List.of(last, "first"), Map.of("axis", 0L));
        w.node("Cast", "y", List.of("firstRow"), Map.of("to", (long) OnnxWriter.FLOAT));
        return w.model();
    }

    /** Random signs and fractions, times the power of two below 1 / sqrt(width). */
    private static int exponent(int width) {
        return -(Integer.SIZE - Integer.numberOfLeadingZeros(width)) / 2 - 1;
    }

    private static byte[] halves(int width) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * width * width).order(ByteOrder.LITTLE_ENDIAN);
        SplittableRandom random = new SplittableRandom(1);
        int exponent = exponent(width) + 15;
        while (bytes.hasRemaining()) {
            int bits = random.nextInt();
            bytes.putShort((short) ((bits & 0x8000) | exponent << 10 | (bits & 0x3ff)));
        }
        return bytes.array();
    }

    static byte[] floats(int width) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * width * width).order(ByteOrder.LITTLE_ENDIAN);
        SplittableRandom random = new SplittableRandom(1);
        int exponent = exponent(width) + 127;
        while (bytes.hasRemaining()) {
            int bits = random.nextInt();
            bytes.putInt((bits & 0x80000000) | exponent << 23 | (bits & 0x7fffff));
        }
        return bytes.array();
    }
}
