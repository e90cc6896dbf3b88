package io.agentopt.runtime.device;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.GraphAssignment;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.SessionDevice;
import io.agentopt.runtime.backend.ort.SessionSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which operators of a language model a device computes, and which it would leave to the CPU if that were allowed: ONNX Runtime
 * is asked where it put each node of a model that has one of each.
 */
final class OperatorCoverage {
    private static final long WIDTH = 8;

    private OperatorCoverage() {}

    /**
     * {@return details of a device: the operators it has under {@code operators}, those it lacks under {@code operators.cpu};
     * empty where ONNX Runtime does not tell}
     */
    static Map<String, String> on(SessionDevice device) {
        SessionSettings settings = new SessionSettings(
                        1, SessionSettings.Optimization.NONE, true, false, Map.of(), Optional.of(device))
                .recordingAssignment();
        try (OrtSession session = OrtSession.open(model(), "operators of a language model", settings)) {
            Map<String, Integer> away = session.assignment().strayed(device.provider());
            Map<String, String> details = new TreeMap<>();
            details.put(
                    "operators",
                    String.join(
                            " ",
                            session.assignment().nodes().stream()
                                    .map(GraphAssignment.Node::operator)
                                    .filter(o -> !away.containsKey(o))
                                    .sorted()
                                    .distinct()
                                    .toList()));
            if (!away.isEmpty()) details.put("operators.cpu", String.join(" ", away.keySet()));
            return details;
        } catch (OrtException | IllegalStateException unknown) {
            return Map.of(); // a fact less; the device is ready all the same
        }
    }

    private static byte[] model() {
        OnnxWriter w = new OnnxWriter("operators");
        float[] square = new float[(int) (WIDTH * WIDTH)], ones = new float[(int) WIDTH];
        java.util.Arrays.fill(ones, 1);
        w.input("ids", OnnxWriter.INT64, "n")
                .output("y", OnnxWriter.FLOAT, "n", WIDTH)
                .constant("table", square, WIDTH, WIDTH)
                .constant("scale", ones, WIDTH);
        String x = w.node("Gather", "x", List.of("table", "ids"), Map.of());
        String norm = w.node("LayerNormalization", "norm", List.of(x, "scale"), Map.of("axis", -1L));
        String product = w.node("MatMul", "product", List.of(norm, "table"), Map.of());
        String gate = w.node("Sigmoid", "gate", List.of(product), Map.of());
        String gated = w.node("Mul", "gated", List.of(product, gate), Map.of());
        String sum = w.node("Add", "sum", List.of(gated, x), Map.of());
        w.node("Softmax", "y", List.of(sum), Map.of("axis", -1L));
        return w.model();
    }
}
