package io.agentopt.runtime.backend.onnx;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatedActivationsTest {
    private static final int HIDDEN = 8, WIDTH = 12, ROWS = 5;
    private static final SessionSettings UNOPTIMISED = new SessionSettings(
                    1, SessionSettings.Optimization.NONE, true, false, Map.of(), Optional.empty())
            .recordingAssignment();

    private static float[] random(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) values[i] = (float) random.nextGaussian();
        return values;
    }

    /** The steps of a model from x to y, with weights wg, wu (gate, up), wide (both) and wd (down). */
    @SafeVarargs
    private static byte[] model(Consumer<OnnxWriter>... parts) {
        OnnxWriter w = new OnnxWriter("feed forward");
        w.input("x", OnnxWriter.FLOAT, "n", HIDDEN).output("y", OnnxWriter.FLOAT, "n", HIDDEN);
        w.constant("wg", random(HIDDEN * WIDTH, 1), HIDDEN, WIDTH);
        w.constant("wu", random(HIDDEN * WIDTH, 2), HIDDEN, WIDTH);
        w.constant("wide", random(HIDDEN * 2 * WIDTH, 3), HIDDEN, 2 * WIDTH);
        w.constant("wd", random(HIDDEN * WIDTH, 4), WIDTH, HIDDEN);
        for (Consumer<OnnxWriter> part : parts) part.accept(w);
        return w.model();
    }

    private static void products(OnnxWriter w) {
        w.node("MatMul", "gate", List.of("x", "wg"), Map.of());
        w.node("MatMul", "up", List.of("x", "wu"), Map.of());
    }

    private static Consumer<OnnxWriter> split(String weight, long axis, String... halves) {
        return w -> {
            w.node("MatMul", "both", List.of("x", weight), Map.of());
            w.node("", "Split", List.of(halves), List.of("both"), Map.of("axis", axis, "num_outputs", 2L));
        };
    }

    private static void silu(OnnxWriter w) {
        w.node("Sigmoid", "s", List.of("gate"), Map.of());
        w.node("Mul", "silu", List.of("gate", "s"), Map.of());
    }

    private static Consumer<OnnxWriter> quickGelu(Map<String, ?> attributes) {
        return w -> w.node(OnnxWriter.MICROSOFT, "QuickGelu", List.of("silu"), List.of("gate"), attributes);
    }

    private static void end(OnnxWriter w) {
        w.node("Mul", "gated", List.of("silu", "up"), Map.of());
        w.node("MatMul", "y", List.of("gated", "wd"), Map.of());
    }

    private static float[] run(byte[] model) {
        try (OrtSession s = OrtSession.open(model, "model", SessionSettings.cpu(1));
                OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, ROWS, HIDDEN);
                OrtRunOptions options = OrtRunOptions.create()) {
            float[] values = random(ROWS * HIDDEN, 9);
            for (int i = 0; i < values.length; i++) x.data().setAtIndex(JAVA_FLOAT, i, values[i]);
            try (OrtTensor y =
                    Objects.requireNonNull(s.run(Map.of("x", x), options).get("y"))) {
                return y.data().toArray(JAVA_FLOAT);
            }
        }
    }

    /** Checks that the joined model has these operators, computes the same, and has nothing more to join. */
    private static void joins(byte[] model, Map<String, Integer> operators) {
        byte[] joined = GatedActivations.joined(model).orElseThrow();
        try (OrtSession s = OrtSession.open(joined, "joined", UNOPTIMISED)) {
            assertThat(s.assignment().operators()).isEqualTo(Map.of("CPUExecutionProvider", operators));
        }
        float[] expected = run(model), actual = run(joined);
        for (int i = 0; i < expected.length; i++)
            assertThat(actual[i]).isCloseTo(expected[i], Offset.offset(1e-4f * Math.max(1, Math.abs(expected[i]))));
        assertThat(GatedActivations.joined(joined)).isEmpty();
    }

    @SafeVarargs
    private static void keeps(Consumer<OnnxWriter>... parts) {
        byte[] model = model(parts);
        OrtSession.open(model, "a model that is right", SessionSettings.cpu(1)).close();
        assertThat(GatedActivations.joined(model)).isEmpty();
    }

    @Test
    void twoProductsBecomeSiluMul() {
        joins(
                model(GatedActivationsTest::products, GatedActivationsTest::silu, GatedActivationsTest::end),
                Map.of("MatMul", 3, "SiluMul", 1));
    }

    @Test
    void aSplitBecomesSwiGlu() {
        joins(
                model(split("wide", -1, "gate", "up"), GatedActivationsTest::silu, GatedActivationsTest::end),
                Map.of("MatMul", 2, "SwiGlu", 1));
    }

    @Test
    void factorsMayStandInAnyOrder() {
        joins(
                model(GatedActivationsTest::products, w -> {
                    w.node("Sigmoid", "s", List.of("gate"), Map.of());
                    w.node("Mul", "silu", List.of("s", "gate"), Map.of());
                    w.node("Mul", "gated", List.of("up", "silu"), Map.of());
                    w.node("MatMul", "y", List.of("gated", "wd"), Map.of());
                }),
                Map.of("MatMul", 3, "SiluMul", 1));
    }

    @Test
    void aSplitWhoseHalvesAreSwappedOrReadElsewhereStays() {
        joins(
                model(split("wide", -1, "up", "gate"), GatedActivationsTest::silu, GatedActivationsTest::end),
                Map.of("MatMul", 2, "Split", 1, "SiluMul", 1));
        joins(
                model(split("wide", -1, "gate", "up"), GatedActivationsTest::silu, w -> {
                    w.node("Mul", "gated", List.of("silu", "up"), Map.of());
                    w.node("Add", "sum", List.of("gated", "up"), Map.of());
                    w.node("MatMul", "y", List.of("sum", "wd"), Map.of());
                }),
                Map.of("MatMul", 2, "Split", 1, "SiluMul", 1, "Add", 1));
    }

    @Test
    void quickGeluOfAlphaOneIsSilu() {
        joins(
                model(GatedActivationsTest::products, quickGelu(Map.of("alpha", 1f)), GatedActivationsTest::end),
                Map.of("MatMul", 3, "SiluMul", 1));
        keeps(GatedActivationsTest::products, quickGelu(Map.of()), GatedActivationsTest::end);
        keeps(GatedActivationsTest::products, quickGelu(Map.of("alpha", 1.702f)), GatedActivationsTest::end);
    }

    @Test
    void severalLayersAreJoinedEach() {
        joins(
                model(w -> {
                    String x = "x";
                    for (int i = 0; i < 3; i++) {
                        String p = "l" + i + ".";
                        w.node("MatMul", p + "gate", List.of(x, "wg"), Map.of());
                        w.node("MatMul", p + "up", List.of(x, "wu"), Map.of());
                        w.node("Sigmoid", p + "s", List.of(p + "gate"), Map.of());
                        w.node("Mul", p + "silu", List.of(p + "gate", p + "s"), Map.of());
                        w.node("Mul", p + "gated", List.of(p + "silu", p + "up"), Map.of());
                        w.node("MatMul", p + "down", List.of(p + "gated", "wd"), Map.of());
                        x = w.node("Tanh", i == 2 ? "y" : p + "x", List.of(p + "down"), Map.of());
                    }
                }),
                Map.of("MatMul", 9, "SiluMul", 3, "Tanh", 3));
    }

    /** What is read elsewhere, or is the model's output. */
    @ParameterizedTest
    @ValueSource(strings = {"s", "silu"})
    void whatOthersReadIsKept(String value) {
        keeps(
                GatedActivationsTest::products,
                GatedActivationsTest::silu,
                GatedActivationsTest::end,
                w -> w.output(value, OnnxWriter.FLOAT, "n", WIDTH));
        keeps(GatedActivationsTest::products, GatedActivationsTest::silu, GatedActivationsTest::end, w -> {
            w.node("Neg", "other", List.of(value), Map.of());
            w.output("other", OnnxWriter.FLOAT, "n", WIDTH);
        });
    }

    /** A product broadcasts where SiluMul does not, so shapes must be known to be one. */
    @Test
    void factorsOfUnknownShapesStay() {
        keeps(
                w -> {
                    w.constant("w1", random(HIDDEN, 5), HIDDEN, 1);
                    w.node("MatMul", "gate", List.of("x", "wg"), Map.of());
                    w.node("MatMul", "up", List.of("x", "w1"), Map.of());
                },
                GatedActivationsTest::silu,
                GatedActivationsTest::end);
        keeps(
                w -> {
                    w.node("Neg", "z", List.of("x"), Map.of());
                    w.node("MatMul", "gate", List.of("x", "wg"), Map.of());
                    w.node("MatMul", "up", List.of("z", "wu"), Map.of());
                },
                GatedActivationsTest::silu,
                GatedActivationsTest::end);
        keeps(split("wg", 0, "gate", "up"), GatedActivationsTest::silu, GatedActivationsTest::end);
        keeps(
                w -> w.constant("w3", random(HIDDEN * 3, 5), HIDDEN, 3)
                        .constant("d2", random(2 * HIDDEN, 6), 2, HIDDEN),
                split("w3", -1, "gate", "up"), // widths 2 and 1
                GatedActivationsTest::silu,
                w -> {
                    w.node("Mul", "gated", List.of("silu", "up"), Map.of());
                    w.node("MatMul", "y", List.of("gated", "d2"), Map.of());
                });
    }

    @Test
    void otherActivationsStay() {
        keeps(
                GatedActivationsTest::products,
                w -> {
                    w.node("Sigmoid", "s", List.of("up"), Map.of());
                    w.node("Mul", "silu", List.of("gate", "s"), Map.of());
                },
                GatedActivationsTest::end);
        keeps(
                GatedActivationsTest::products,
                w -> {
                    w.node("Tanh", "s", List.of("gate"), Map.of());
                    w.node("Mul", "silu", List.of("gate", "s"), Map.of());
                },
                GatedActivationsTest::end);
    }

    /** Cut short, or with a byte changed: nothing is joined, or something is; an exception it is not. */
    @Test
    void damagedModelsDoNoHarm() {
        byte[] good = model(split("wide", -1, "gate", "up"), GatedActivationsTest::silu, GatedActivationsTest::end);
        for (int length = 0; length < good.length; length++)
            assertThat(GatedActivations.joined(Arrays.copyOf(good, length)).isEmpty() || length > good.length / 2)
                    .isTrue();
        SplittableRandom random = new SplittableRandom(1);
        int joined = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            if (GatedActivations.joined(bad).isPresent()) joined++;
        }
        assertThat(joined).isBetween(1, 2999);
    }
}
