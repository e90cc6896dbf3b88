package io.agentopt.benchmarks.llm;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Decode steps by ONNX Runtime's Java interface over the model that concatenates. Keys and values either come back to the
 * heap and go out again at every step, or the result's tensors are handed to the next step.
 */
final class JavaApiDecode implements AutoCloseable {
    private final DecoderShape shape;
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    JavaApiDecode(Path onnx, DecoderShape shape, int threads) throws OrtException {
        this.shape = shape;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setMemoryPatternOptimization(false);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            session = environment.createSession(onnx.toString(), options);
        }
    }

    /** {@return nanoseconds a step, of some steps after {@code held} positions, keys and values through the heap} */
    double throughTheHeap(int held, int steps) throws OrtException {
        Map<String, float[]> kv = new HashMap<>();
        for (String name : names()) kv.put(name, new float[shape.kvWidth() * held]);
        long start = System.nanoTime();
        for (int s = 0; s < steps; s++) {
            Map<String, OnnxTensor> inputs = new HashMap<>(tokens(held + s));
            for (String name : names()) {
                inputs.put(name, OnnxTensor.createTensor(environment, FloatBuffer.wrap(kv.get(name)), dims(held + s)));
            }
            try (OrtSession.Result result = session.run(inputs)) {
                for (int layer = 0; layer < shape.layers(); layer++) {
                    for (String kind : new String[] {"key", "value"}) {
                        OnnxTensor present = (OnnxTensor)
                                result.get(RandomDecoder.present(layer, kind)).orElseThrow();
                        FloatBuffer values = present.getFloatBuffer();
                        float[] copy = new float[values.remaining()];
                        values.get(copy);
                        kv.put(RandomDecoder.past(layer, kind), copy);
                    }
                }
                best((OnnxTensor) result.get("logits").orElseThrow());
            } finally {
                inputs.values().forEach(OnnxTensor::close);
            }
        }
        return (System.nanoTime() - start) / (double) steps;
    }

    /** {@return nanoseconds a step, of some steps after {@code held} positions, results handed on} */
    double handedOn(int held, int steps) throws OrtException {
        Map<String, OnnxTensor> kv = new HashMap<>();
        for (String name : names()) {
            kv.put(
                    name,
                    OnnxTensor.createTensor(
                            environment, FloatBuffer.wrap(new float[shape.kvWidth() * held]), dims(held)));
        }
        AutoCloseable owner = () -> kv.values().forEach(OnnxTensor::close);
        long start = System.nanoTime();
        for (int s = 0; s < steps; s++) {
            Map<String, OnnxTensor> inputs = new HashMap<>(tokens(held + s));
            var mine = java.util.List.copyOf(inputs.values());
            inputs.putAll(kv);
            OrtSession.Result result = session.run(inputs);
            mine.forEach(OnnxTensor::close);
            close(owner);
            owner = result;
            for (int layer = 0; layer < shape.layers(); layer++) {
                for (String kind : new String[] {"key", "value"}) {
                    kv.put(RandomDecoder.past(layer, kind), (OnnxTensor)
                            result.get(RandomDecoder.present(layer, kind)).orElseThrow());
                }
            }
            best((OnnxTensor) result.get("logits").orElseThrow());
        }
        double nanos = (System.nanoTime() - start) / (double) steps;
        close(owner);
        return nanos;
    }

    private static void close(AutoCloseable owner) {
        try {
            owner.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private String[] names() {
        String[] names = new String[2 * shape.layers()];
        for (int i = 0; i < names.length; i++) names[i] = RandomDecoder.past(i / 2, i % 2 == 0 ? "key" : "value");
        return names;
    }

    private long[] dims(int positions) {
        return new long[] {1, shape.kvHeads(), positions, shape.headDim()};
    }

    private Map<String, OnnxTensor> tokens(int held) throws OrtException {
        long[] mask = new long[held + 1];
        Arrays.fill(mask, 1);
        return Map.of(
                "input_ids",
                OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[] {7}), new long[] {1, 1}),
                "attention_mask",
                OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), new long[] {1, mask.length}));
    }

    private static int best(OnnxTensor logits) {
        FloatBuffer scores = logits.getFloatBuffer();
        int best = 0;
        for (int i = 1; i < scores.remaining(); i++) if (scores.get(i) > scores.get(best)) best = i;
        return best;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
