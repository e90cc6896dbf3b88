package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators of our own in sessions on the CPU. */
class CustomOpTest {
    private static final float[] SPECIAL = {
        0,
        -0f,
        1,
        -1,
        20,
        -20,
        88,
        -88,
        104,
        -104,
        65504,
        -65504,
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        1e30f,
        -1e30f,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.MIN_VALUE
    };

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static Object[] names(int rank, Object last) {
        Object[] dims = new Object[rank];
        for (int i = 0; i < rank; i++) dims[i] = i == rank - 1 ? last : "d" + i;
        return dims;
    }

    /** y = SwiGlu(x). */
    static byte[] swiGlu(int type, int rank, Object last) {
        OnnxWriter w = new OnnxWriter("swiglu");
        w.input("x", type, names(rank, last)).output("y", type, names(rank, "half"));
        return w.node(OnnxWriter.AGENTOPT, "SwiGlu", List.of("y"), List.of("x"), Map.of())
                .model();
    }

    /** y = SiluMul(gate, up). */
    static byte[] siluMul(int type) {
        OnnxWriter w = new OnnxWriter("silu");
        w.input("gate", type, "n", "m").input("up", type, "n", "m").output("y", type, "n", "m");
        return w.node(OnnxWriter.AGENTOPT, "SiluMul", List.of("y"), List.of("gate", "up"), Map.of())
                .model();
    }

    static OrtTensor tensor(ElementType type, float[] values, long... shape) {
        OrtTensor t = OrtTensor.allocate(type, shape);
        for (int i = 0; i < values.length; i++) {
            if (type == ElementType.FLOAT16) t.data().setAtIndex(JAVA_SHORT, i, Float.floatToFloat16(values[i]));
            else t.data().setAtIndex(JAVA_FLOAT, i, values[i]);
        }
        return t;
    }

    static float[] values(OrtTensor t) {
        if (t.type() == ElementType.FLOAT32) return t.data().toArray(JAVA_FLOAT);
        short[] halves = t.data().toArray(JAVA_SHORT);
        float[] floats = new float[halves.length];
        for (int i = 0; i < halves.length; i++) floats[i] = Float.float16ToFloat(halves[i]);
        return floats;
    }

    static float[] random(int n, ElementType type, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            float v = random.nextInt(8) == 0
                    ? SPECIAL[random.nextInt(SPECIAL.length)]
                    : (float) random.nextGaussian() * 6;
            values[i] = type == ElementType.FLOAT16 ? Float.float16ToFloat(Float.floatToFloat16(v)) : v;
        }
        return values;
    }

    /** The twin: written for reading, in double precision. */
    static void check(ElementType type, float gate, float up, float actual) {
        double silu = gate / (1 + Math.exp(-(double) gate)), y = silu * up;
        if (Float.isInfinite(up) && Math.abs(silu) < Float.MIN_NORMAL) return; // 0 in single precision, so no number
        float expected =
                type == ElementType.FLOAT16 ? Float.float16ToFloat(Float.floatToFloat16((float) y)) : (float) y;
        double tolerance = type == ElementType.FLOAT16
                ? 1e-3 * Math.abs(expected) + 6e-8
                : 1e-6 * Math.abs(expected) + 1e-30 * Math.abs(up);
        assertThat(
                        Float.isNaN(expected)
                                ? Float.isNaN(actual)
                                : actual == expected || Math.abs(actual - expected) <= tolerance)
                .as("%s: gate %s, up %s is %s, should be %s", type, gate, up, actual, expected)
                .isTrue();
    }

    private static OrtTensor run(OrtSession session, Map<String, OrtTensor> inputs) {
        try (OrtRunOptions options = OrtRunOptions.create()) {
            return Objects.requireNonNull(session.run(inputs, options).get("y"));
        }
    }

    @Test
    void swiGluComputesAnyShape() {
        for (ElementType type : List.of(ElementType.FLOAT32, ElementType.FLOAT16)) {
            for (long[] shape : new long[][] {{2}, {1, 16}, {3, 14}, {2, 5, 64}, {2, 1, 3, 10}, {0, 8}, {4, 0}}) {
                int columns = (int) shape[shape.length - 1] / 2, n = (int) OrtTensor.elements(shape);
                float[] x = random(n, type, Arrays.hashCode(shape));
                try (OrtSession s = OrtSession.open(
                                swiGlu(type.onnx(), shape.length, "n"), "swiglu", SessionSettings.cpu(1));
                        OrtTensor in = tensor(type, x, shape);
                        OrtTensor out = run(s, Map.of("x", in))) {
                    long[] half = shape.clone();
                    half[half.length - 1] /= 2;
                    assertThat(out.shape()).containsExactly(half);
                    float[] y = values(out);
                    for (int i = 0; i < y.length; i++) {
                        int from = i / columns * 2 * columns + i % columns;
                        check(type, x[from], x[from + columns], y[i]);
                    }
                }
            }
        }
    }

    @Test
    void siluMulComputesAnyShape() {
        for (ElementType type : List.of(ElementType.FLOAT32, ElementType.FLOAT16)) {
            for (int[] shape : new int[][] {{1, 1}, {3, 7}, {5, 64}, {0, 4}}) {
                float[] gate = random(shape[0] * shape[1], type, 1), up = random(shape[0] * shape[1], type, 2);
                try (OrtSession s = OrtSession.open(siluMul(type.onnx()), "silu", SessionSettings.cpu(1));
                        OrtTensor g = tensor(type, gate, shape[0], shape[1]);
                        OrtTensor u = tensor(type, up, shape[0], shape[1]);
                        OrtTensor out = run(s, Map.of("gate", g, "up", u))) {
                    float[] y = values(out);
                    assertThat(y).hasSize(gate.length);
                    for (int i = 0; i < y.length; i++) check(type, gate[i], up[i], y[i]);
                }
            }
        }
    }

    /** What exporters write, by ONNX Runtime's own operators. */
    @Test
    void itIsWhatSplitSigmoidAndMulCompute() {
        OnnxWriter w = new OnnxWriter("both");
        w.input("x", OnnxWriter.FLOAT, "n", 64)
                .output("y", OnnxWriter.FLOAT, "n", 32)
                .output("z", OnnxWriter.FLOAT, "n", 32);
        w.node("", "Split", List.of("gate", "up"), List.of("x"), Map.of("axis", -1L, "num_outputs", 2L));
        w.node("Sigmoid", "s", List.of("gate"), Map.of());
        w.node("Mul", "silu", List.of("gate", "s"), Map.of());
        w.node("Mul", "z", List.of("silu", "up"), Map.of());
        w.node(OnnxWriter.AGENTOPT, "SwiGlu", List.of("y"), List.of("x"), Map.of());
        float[] x = new float[9 * 64];
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < x.length; i++) x[i] = (float) random.nextGaussian() * 4;
        try (OrtSession s = OrtSession.open(w.model(), "both", SessionSettings.cpu(1));
                OrtTensor in = tensor(ElementType.FLOAT32, x, 9, 64);
                OrtRunOptions options = OrtRunOptions.create()) {
            Map<String, OrtTensor> out = s.run(Map.of("x", in), options);
            float[] y = values(Objects.requireNonNull(out.get("y"))), z = values(Objects.requireNonNull(out.get("z")));
            for (int i = 0; i < y.length; i++)
                assertThat(y[i]).isCloseTo(z[i], org.assertj.core.data.Offset.offset(1e-5f));
            out.values().forEach(OrtTensor::close);
        }
    }

    @Test
    void whatDoesNotFitIsSaidAndTheSessionLivesOn() {
        try (OrtSession s = OrtSession.open(swiGlu(OnnxWriter.FLOAT, 2, "n"), "swiglu", SessionSettings.cpu(1));
                OrtTensor odd = tensor(ElementType.FLOAT32, new float[6], 2, 3);
                OrtTensor even = tensor(ElementType.FLOAT32, new float[] {1, 2}, 1, 2)) {
            for (int i = 0; i < 50; i++) {
                assertThatThrownBy(() -> run(s, Map.of("x", odd)))
                        .isInstanceOf(OrtException.class)
                        .hasMessageContaining("SwiGlu was given an input [2, 3]")
                        .hasMessageContaining("make it even");
            }
            try (OrtTensor y = run(s, Map.of("x", even))) {
                check(ElementType.FLOAT32, 1, 2, values(y)[0]);
            }
        }
        try (OrtSession s = OrtSession.open(siluMul(OnnxWriter.FLOAT), "silu", SessionSettings.cpu(1));
                OrtTensor g = tensor(ElementType.FLOAT32, new float[6], 2, 3);
                OrtTensor u = tensor(ElementType.FLOAT32, new float[3], 1, 3)) {
            assertThatThrownBy(() -> run(s, Map.of("gate", g, "up", u)))
                    .hasMessageContaining("a gate [2, 3] and an up [1, 3]");
        }
    }

    @Test
    void anUnknownOperatorOfTheDomainIsNamedWithThoseThatAreThere() {
        OnnxWriter w = new OnnxWriter("unknown");
        w.input("x", OnnxWriter.FLOAT, "n").output("y", OnnxWriter.FLOAT, "n");
        w.node(OnnxWriter.AGENTOPT, "GeGlu", List.of("y"), List.of("x"), Map.of());
        assertThatThrownBy(() -> OrtSession.open(w.model(), "unknown", SessionSettings.cpu(1)))
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("The model 'unknown' could not be loaded")
                .hasMessageContaining(
                        "it uses the operator 'GeGlu' of the domain agentopt, which has [SwiGlu, SiluMul].");
    }

    /** Inputs that are missing, empty, too many, of other types, of no dimension: errors, and not the process's end. */
    @Test
    void modelsThatMisuseAnOperatorAreRefused() {
        List<List<String>> inputs =
                List.of(List.of(), List.of(""), List.of("x", "x"), List.of("x", "x", "x"), List.of("nowhere"));
        for (String operator : List.of("SwiGlu", "SiluMul")) {
            for (int type : new int[] {OnnxWriter.FLOAT, OnnxWriter.INT64}) {
                for (List<String> in : inputs) {
                    if (operator.equals("SiluMul") && in.size() == 2 && type == OnnxWriter.FLOAT) continue;
                    OnnxWriter w = new OnnxWriter("misused");
                    w.input("x", type, "n", 4).output("y", type, "n", "m");
                    w.node(OnnxWriter.AGENTOPT, operator, List.of("y"), in, Map.of());
                    assertThatThrownBy(() -> OrtSession.open(w.model(), "misused", SessionSettings.cpu(1)))
                            .as("%s of %s, type %d", operator, in, type)
                            .isInstanceOf(OrtException.class);
                }
            }
        }
        OnnxWriter w = new OnnxWriter("scalar");
        w.input("x", OnnxWriter.FLOAT).output("y", OnnxWriter.FLOAT);
        w.node(OnnxWriter.AGENTOPT, "SwiGlu", List.of("y"), List.of("x"), Map.of());
        try (OrtSession s = OrtSession.open(w.model(), "scalar", SessionSettings.cpu(1));
                OrtTensor x = tensor(ElementType.FLOAT32, new float[] {1})) {
            assertThatThrownBy(() -> run(s, Map.of("x", x))).hasMessageContaining("given an input []");
        }
    }

    @Test
    void theOutputsShapeIsKnownWhenTheModelIsLoaded() {
        try (OrtSession s = OrtSession.open(swiGlu(OnnxWriter.FLOAT, 3, 64), "swiglu", SessionSettings.cpu(1))) {
            assertThat(s.outputs().get("y")).hasToString("float32 [d0, d1, 32]");
        }
        try (OrtSession s = OrtSession.open(swiGlu(OnnxWriter.FLOAT, 3, "n"), "swiglu", SessionSettings.cpu(1))) {
            assertThat(s.outputs().get("y")).hasToString("float32 [d0, d1, half]");
        }
    }

    /** A model without them is what it was before they came: ONNX Runtime looks up kernels elsewhere if it knows a domain. */
    @Test
    void onlyModelsThatUseThemHaveThem() {
        OnnxWriter w = new OnnxWriter("other");
        w.input("x", OnnxWriter.FLOAT, "n").output("y", OnnxWriter.FLOAT, "n");
        w.node("Neg", "y", List.of("x"), Map.of());
        try (OrtSession s = OrtSession.open(w.model(), "other", SessionSettings.cpu(1))) {
            assertThat(OrtEnvironment.get().liveHandles()).isEqualTo(Map.of("OrtSession", 1));
        }
        try (OrtSession s = OrtSession.open(siluMul(OnnxWriter.FLOAT), "silu", SessionSettings.cpu(1))) {
            assertThat(OrtEnvironment.get().liveHandles()).isEqualTo(Map.of("OrtSession", 1, "CustomOpDomain", 1));
        }
    }

    @Test
    void aFileIsAsGoodAsBytes(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("model.onnx"), siluMul(OnnxWriter.FLOAT));
        try (OrtSession s = OrtSession.open(file, SessionSettings.cpu(1));
                OrtTensor x = tensor(ElementType.FLOAT32, new float[] {3}, 1, 1);
                OrtTensor y = run(s, Map.of("gate", x, "up", x))) {
            check(ElementType.FLOAT32, 3, 3, values(y)[0]);
        }
    }

    @Test
    void aConstantIsFolded() {
        OnnxWriter w = new OnnxWriter("constant");
        w.input("z", OnnxWriter.FLOAT, 1).output("y", OnnxWriter.FLOAT, 1).constant("x", new float[] {1, 3}, 2);
        w.node(OnnxWriter.AGENTOPT, "SwiGlu", List.of("c"), List.of("x"), Map.of());
        w.node("Add", "y", List.of("c", "z"), Map.of());
        try (OrtSession s = OrtSession.open(w.model(), "constant", SessionSettings.cpu(1));
                OrtTensor z = tensor(ElementType.FLOAT32, new float[] {0}, 1);
                OrtTensor y = run(s, Map.of("z", z))) {
            check(ElementType.FLOAT32, 1, 3, values(y)[0]);
        }
    }

    @Test
    void sessionsOfSeveralThreadsOpenRunAndClose() throws Exception {
        byte[] model = swiGlu(OnnxWriter.FLOAT, 2, "n");
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Float>> tasks = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                int gate = i;
                tasks.add(() -> {
                    try (OrtSession s = OrtSession.open(model, "swiglu", SessionSettings.cpu(1));
                            OrtTensor x = tensor(ElementType.FLOAT32, new float[] {gate, 2}, 1, 2);
                            OrtTensor y = run(s, Map.of("x", x))) {
                        return values(y)[0];
                    }
                });
            }
            int gate = 0;
            for (Future<Float> f : threads.invokeAll(tasks)) check(ElementType.FLOAT32, gate++, 2, f.get());
        }
    }
}
