package io.agentopt.runtime.device.fact;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How fast ONNX Runtime multiplies matrices on the processor: rows times a constant of 1,024 x 1,024, which it packs when it loads
 * the model, as it does with the weights of a model. A product of m rows is 2 * m * 1024^2 operations.
 */
final class MatrixRate {
    private static final int WIDTH = 1024;
    private static final int ROWS_PER_THREAD = 128, LEAST_ROWS = 256, MOST_ROWS = 4096;
    private static final int MOST_RUNS = 12;
    private static final double SECONDS = 0.04;

    private MatrixRate() {}

    /** {@return FLOP/s of FP32; absent where ONNX Runtime cannot run} */
    static OptionalDouble fp32(int threads) {
        float[] weights = new float[WIDTH * WIDTH];
        Arrays.fill(weights, 1f / WIDTH);
        OnnxWriter model = new OnnxWriter("fp32 product")
                .input("x", OnnxWriter.FLOAT, "n", WIDTH)
                .output("y", OnnxWriter.FLOAT, "n", WIDTH)
                .constant("w", weights, WIDTH, WIDTH);
        model.node("MatMul", "y", List.of("x", "w"), Map.of());
        return best(model, ElementType.FLOAT32, threads);
    }

    /** {@return operations per second of unsigned times signed 8-bit integers; absent where ONNX Runtime cannot run} */
    static OptionalDouble int8(int threads) {
        byte[] weights = new byte[WIDTH * WIDTH];
        Arrays.fill(weights, (byte) 3);
        OnnxWriter model = new OnnxWriter("int8 product")
                .input("x", OnnxWriter.UINT8, "n", WIDTH)
                .output("y", OnnxWriter.INT32, "n", WIDTH)
                .constant("w", OnnxWriter.INT8, weights, WIDTH, WIDTH);
        model.node("MatMulInteger", "y", List.of("x", "w"), Map.of());
        return best(model, ElementType.UINT8, threads);
    }

    private static OptionalDouble best(OnnxWriter model, ElementType type, int threads) {
        int rows = Math.clamp((long) ROWS_PER_THREAD * threads, LEAST_ROWS, MOST_ROWS);
        try (OrtSession session =
                        OrtSession.open(model.model(), "rate of matrix products", SessionSettings.cpu(threads));
                OrtTensor x = OrtTensor.allocate(type, rows, WIDTH);
                OrtRunOptions options = OrtRunOptions.create()) {
            if (type == ElementType.FLOAT32)
                for (long i = 0; i < (long) rows * WIDTH; i++) x.data().setAtIndex(JAVA_FLOAT, i, 1);
            else x.data().fill((byte) 3);
            run(session, x, options); // allocates, and starts the threads
            double best = Double.MAX_VALUE, spent = 0;
            for (int i = 0; i < MOST_RUNS && (i < 2 || spent < SECONDS); i++) {
                double seconds = run(session, x, options);
                best = Math.min(best, seconds);
                spent += seconds;
            }
            return OptionalDouble.of(2.0 * rows * WIDTH * WIDTH / best);
        } catch (OrtException notHere) {
            return OptionalDouble.empty(); // detection says why ONNX Runtime does not run
        }
    }

    private static double run(OrtSession session, OrtTensor x, OrtRunOptions options) {
        long start = System.nanoTime();
        Map<String, OrtTensor> results = session.run(Map.of("x", x), options);
        double seconds = (System.nanoTime() - start) / 1e9;
        results.values().forEach(OrtTensor::close);
        return seconds;
    }
}
