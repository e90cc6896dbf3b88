package io.agentopt.runtime.device;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionDevice;
import io.agentopt.runtime.backend.ort.SessionSettings;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Runs y = x + c on a device, checks that it ran there, and the numbers. */
final class SmokeTest {
    private static final String CPU = "CPUExecutionProvider";
    private static final float[] X = {1, -2, 0.5f, 1024}, C = {0.25f, 2, -0.5f, 1};

    private SmokeTest() {}

    /** {@return what went wrong; empty if the device computes} */
    static Optional<String> failure(SessionSettings settings) {
        OnnxWriter writer = new OnnxWriter("smoke");
        writer.input("x", OnnxWriter.FLOAT, "n")
                .output("y", OnnxWriter.FLOAT, "n")
                .constant("c", C, C.length);
        writer.node("Add", "y", List.of("x", "c"), Map.of());
        SessionSettings recorded = settings.device().isPresent() ? settings.recordingAssignment() : settings;
        try (OrtSession session = OrtSession.open(writer.model(), "smoke test", recorded);
                OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, X.length);
                OrtRunOptions options = OrtRunOptions.create()) {
            if (settings.device().isPresent()) {
                Optional<String> elsewhere =
                        elsewhere(session, settings.device().get());
                if (elsewhere.isPresent()) return elsewhere;
            }
            for (int i = 0; i < X.length; i++) x.data().setAtIndex(JAVA_FLOAT, i, X[i]);
            try (OrtTensor y =
                    Objects.requireNonNull(session.run(Map.of("x", x), options).get("y"))) {
                float[] all = y.read(memory -> memory.toArray(JAVA_FLOAT));
                for (int i = 0; i < X.length; i++) {
                    float got = all[i];
                    if (got != X[i] + C[i]) return Optional.of(X[i] + " + " + C[i] + " gave " + got + ".");
                }
            }
            return Optional.empty();
        } catch (OrtException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** A provider by name may call itself otherwise, so there only the CPU is known to be wrong. */
    private static Optional<String> elsewhere(OrtSession session, SessionDevice device) {
        Map<String, Map<String, Integer>> operators = session.assignment().operators();
        boolean right = device instanceof EpDevice
                ? operators.keySet().stream().allMatch(device.provider()::equals)
                : !operators.containsKey(CPU);
        return right
                ? Optional.empty()
                : Optional.of("The model was to run on " + device + " but ran on " + operators + ".");
    }
}
