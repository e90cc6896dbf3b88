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
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a call of a model costs beside the model: one Add of sixteen numbers, by our binding, by our run that makes its
 * results, and by ONNX Runtime's Java interface in its two ways: results made by the run, or put into a given tensor. All
 * inputs are made once. Results are left where they are, and those that a run made are also copied into the heap.
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
            Contender read = new Contender(() -> {
                for (OrtTensor t : session.run(given, options).values()) {
                    read(t.read(memory -> memory.toArray(ValueLayout.JAVA_FLOAT)));
                    t.close();
                }
            });
            return beside(model, List.of(bound, run, read));
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void read(float[] sum) {
        if (sum.length != ELEMENTS) throw new IllegalStateException("A sum has " + sum.length + " elements.");
    }

    private static List<Metric> beside(byte[] model, List<Contender> ours) throws OrtException {
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
                Contender theirRead = new Contender(() -> {
                    try (ai.onnxruntime.OrtSession.Result result = session.run(given)) {
                        FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer(); // a copy in the heap
                        read(values.array());
                    }
                });
                List<Contender> theirs = List.of(theirPinned, theirRun, theirRead);
                for (int round = -WARM_UP; round < ROUNDS; round++) {
                    for (int i = 0; i < ours.size(); i++) {
                        ours.get(i).round(round);
                        theirs.get(i).round(round);
                    }
                }
                return metrics(ours, theirs);
            }
        }
    }

    private static List<Metric> metrics(List<Contender> ours, List<Contender> theirs) {
        List<String> ways = List.of("", "_results_made", "_results_read");
        List<String> peers = List.of(
                "Java API, result into a given tensor",
                "Java API, result made by the run",
                "Java API, result made by the run and copied into the heap");
        List<Metric> metrics = new ArrayList<>();
        for (int i = 0; i < ways.size(); i++) {
            Contender a = ours.get(i), b = theirs.get(i);
            System.out.printf(
                    "one Add%s: ours %.0f ns, Java API %.0f%n", ways.get(i), Medians.of(a.nanos), Medians.of(b.nanos));
            metrics.add(Metric.of("one_op_call_overhead" + ways.get(i), Medians.ofRatios(a.nanos, b.nanos), "x")
                    .peer(peers.get(i), 1)
                    .goal(i == 0 ? "<= 1" : "<= 1.5"));
            metrics.add(Metric.of("one_op_call_bytes" + ways.get(i), a.bytes, "bytes")
                    .peer(peers.get(i), b.bytes));
        }
        return metrics;
    }

    private static ByteBuffer buffer() {
        return ByteBuffer.allocateDirect(ELEMENTS * Float.BYTES).order(ByteOrder.nativeOrder());
    }

    private static long[] shape() {
        return new long[] {ELEMENTS};
    }
}
