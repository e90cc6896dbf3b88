package io.agentopt.benchmarks.llm;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import com.sun.management.ThreadMXBean;
import io.agentopt.benchmarks.Metric;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * What a call of a model costs beside the model: one Add of sixteen numbers, by our binding, by our run that makes its
 * results, and by ONNX Runtime's Java interface in its two ways: results made by the run, or put into a given tensor. All
 * inputs are made once and results are left where they are.
 */
final class CallOverhead {
    private static final int ELEMENTS = 16, CALLS = 20_000, WARM_UP = 5, ROUNDS = 15;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private CallOverhead() {}

    /** Something that calls the model once. */
    private interface Call {
        void run() throws OrtException;
    }

    /** Nanoseconds a call of each round; bytes of heap a call of the last one. */
    private static final class Contender {
        private final Call call;
        private final double[] nanos = new double[ROUNDS];
        private double bytes;

        Contender(Call call) {
            this.call = call;
        }

        void round(int round) throws OrtException {
            long allocated = THREADS.getCurrentThreadAllocatedBytes(), start = System.nanoTime();
            for (int i = 0; i < CALLS; i++) call.run();
            double taken = System.nanoTime() - start;
            bytes = (THREADS.getCurrentThreadAllocatedBytes() - allocated) / (double) CALLS;
            if (round >= 0) nanos[round] = taken / CALLS;
        }
    }

    static List<Metric> run() {
        byte[] model = new OnnxWriter("one addition")
                .input("a", OnnxWriter.FLOAT, ELEMENTS)
                .input("b", OnnxWriter.FLOAT, ELEMENTS)
                .output("sum", OnnxWriter.FLOAT, ELEMENTS)
                .node("", "Add", List.of("sum"), List.of("a", "b"), Map.of())
                .model();
        try (OrtSession session = OrtSession.open(model, "one addition", SessionSettings.cpu(1));
                OrtRunOptions options = OrtRunOptions.create();
                OrtTensor a = OrtTensor.allocate(ElementType.FLOAT32, ELEMENTS);
                OrtTensor sum = OrtTensor.allocate(ElementType.FLOAT32, ELEMENTS);
                OrtBinding binding = OrtBinding.of(session)) {
            a.data().fill((byte) 0x3F);
            binding.bindInput("a", a);
            binding.bindInput("b", a);
            binding.bindOutput("sum", sum);
            Map<String, OrtTensor> given = Map.of("a", a, "b", a);
            Contender bound = new Contender(() -> binding.run(options));
            Contender run =
                    new Contender(() -> session.run(given, options).values().forEach(OrtTensor::close));
            return beside(model, bound, run);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Metric> beside(byte[] model, Contender bound, Contender run) throws OrtException {
        var environment = ai.onnxruntime.OrtEnvironment.getEnvironment();
        try (ai.onnxruntime.OrtSession.SessionOptions options = new ai.onnxruntime.OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            try (ai.onnxruntime.OrtSession session = environment.createSession(model, options);
                    OnnxTensor a = OnnxTensor.createTensor(environment, buffer().asFloatBuffer(), shape());
                    OnnxTensor sum = OnnxTensor.createTensor(environment, buffer().asFloatBuffer(), shape())) {
                Map<String, OnnxTensor> given = Map.of("a", a, "b", a), pinned = Map.of("sum", sum);
                Contender theirRun = new Contender(() -> session.run(given).close());
                Contender theirPinned =
                        new Contender(() -> session.run(given, pinned).close());
                List<Contender> all = List.of(bound, theirPinned, run, theirRun);
                for (int round = -WARM_UP; round < ROUNDS; round++) for (Contender c : all) c.round(round);
                return metrics(bound, run, theirPinned, theirRun);
            }
        }
    }

    private static List<Metric> metrics(Contender bound, Contender run, Contender theirPinned, Contender theirRun) {
        System.out.printf(
                "one Add: ours bound %.0f ns, Java API pinned %.0f, ours run %.0f, Java API run %.0f%n",
                Medians.of(bound.nanos),
                Medians.of(theirPinned.nanos),
                Medians.of(run.nanos),
                Medians.of(theirRun.nanos));
        return List.of(
                Metric.of("one_op_call_overhead", Medians.ofRatios(bound.nanos, theirPinned.nanos), "x")
                        .peer("Java API, result into a given tensor", 1)
                        .goal("<= 1"),
                Metric.of("one_op_call_overhead_results_made", Medians.ofRatios(run.nanos, theirRun.nanos), "x")
                        .peer("Java API, result made by the run", 1),
                Metric.of("one_op_call_bytes", bound.bytes, "bytes")
                        .peer("Java API, result into a given tensor", theirPinned.bytes),
                Metric.of("one_op_call_bytes_results_made", run.bytes, "bytes")
                        .peer("Java API, result made by the run", theirRun.bytes));
    }

    private static ByteBuffer buffer() {
        return ByteBuffer.allocateDirect(ELEMENTS * Float.BYTES).order(ByteOrder.nativeOrder());
    }

    private static long[] shape() {
        return new long[] {ELEMENTS};
    }
}
