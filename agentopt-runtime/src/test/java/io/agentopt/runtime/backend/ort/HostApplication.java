package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import ai.onnxruntime.OnnxTensor;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** An application that uses ai.onnxruntime beside this library, in the order that its argument says; prints where ours is from. */
final class HostApplication {
    private HostApplication() {}

    /**
     * Runs as an application of its own.
     *
     * @param arguments {@code theirs-first} or {@code ours-first}
     */
    public static void main(String[] arguments) throws Exception {
        boolean theirsFirst = arguments[0].equals("theirs-first");
        if (theirsFirst) theirs();
        ours();
        theirs();
        ours();
        System.out.println(OrtEnvironment.get().origin() + "|"
                + OrtEnvironment.get().liveHandles() + CommandLine.warning().orElse(""));
    }

    private static byte[] increment() {
        OnnxWriter w = new OnnxWriter("increment");
        w.input("x", OnnxWriter.FLOAT, "n").output("y", OnnxWriter.FLOAT, "n").constant("c", new float[] {1}, 1);
        w.node("Add", "y", List.of("x", "c"), Map.of());
        return w.model();
    }

    private static void theirs() throws Exception {
        ai.onnxruntime.OrtEnvironment environment = ai.onnxruntime.OrtEnvironment.getEnvironment();
        try (var session = environment.createSession(increment());
                var x = OnnxTensor.createTensor(environment, new float[] {41});
                var result = session.run(Map.of("x", x))) {
            check(((float[]) result.get(0).getValue())[0]);
        }
    }

    private static void ours() {
        try (OrtSession session = OrtSession.open(increment(), "increment", SessionSettings.cpu(1));
                OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, 1);
                OrtRunOptions options = OrtRunOptions.create()) {
            x.data().set(JAVA_FLOAT, 0, 41);
            try (OrtTensor y =
                    Objects.requireNonNull(session.run(Map.of("x", x), options).get("y"))) {
                check(y.data().get(JAVA_FLOAT, 0));
            }
        }
    }

    private static void check(float answer) {
        if (answer != 42) throw new AssertionError("41 + 1 gave " + answer);
    }
}
