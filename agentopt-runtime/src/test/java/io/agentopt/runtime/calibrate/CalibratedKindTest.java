package io.agentopt.runtime.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.cost.OperatorClass;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Rung;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.TinyReranker;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.speech.TinyWeights;
import io.agentopt.runtime.speech.TinyWhisper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibratedKindTest {
    private static final DeviceSpec CPU = DeviceSpec.cpu("cpu", 2, 1e11, 8e9, 1e10);
    private static final DetectedDevice HERE =
            new DetectedDevice("cpu", "", DetectedDevice.Kind.CPU, "", Rung.READY, "", 0, Map.of(), Optional.empty());

    @TempDir
    static Path root;

    private static ModelStore store;

    @BeforeAll
    static void models() throws IOException {
        TinyPack.decoder("d").write(root);
        TinyPack.writeEmbedder(root, "e");
        new TinyReranker("r", 1, true, 512).write(root);
        for (TinyWhisper.Style style : TinyWhisper.Style.values())
            TinyWhisper.write(root, "s-" + style, TinyWeights.random(1), style);
        OnnxWriter model = new OnnxWriter("any");
        model.input("x", OnnxWriter.FLOAT, "rows", 16).output("y", OnnxWriter.FLOAT, "rows", 16);
        model.constant("w", new float[256], 16, 16);
        model.node("MatMul", "y", List.of("x", "w"), Map.of());
        onnx("o", model);
        OnnxWriter odd = new OnnxWriter("odd"); // 16-bit numbers, which graphs have no tensor for
        odd.input("x", 5, "rows").output("y", 5, "rows");
        odd.node("Identity", "y", List.of("x"), Map.of());
        onnx("odd", odd);
        store = ModelStore.of(root);
    }

    private static void onnx(String id, OnnxWriter model) throws IOException {
        Files.write(Files.createDirectories(root.resolve(id)).resolve("model.onnx"), model.model());
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"d, DECODER", "e, EMBEDDER", "r, RERANKER", "s-PAIR, TRANSCRIBER", "s-MERGED, TRANSCRIBER", "o, ONNX"})
    void everyKindIsTold(String id, CalibratedKind kind) {
        assertThat(CalibratedKind.of(store, id)).isEqualTo(kind);
        assertThat(kind.timed()).isNotBlank();
    }

    /** Every point that is offered can be timed, and its work grows with it. */
    @ParameterizedTest
    @CsvSource({"e", "r", "s-PAIR", "s-PAIR_POSITIONS", "s-MERGED", "o"})
    void everyCandidateCanBeTimed(String id) {
        try (PointTimer timer = CalibratedKind.open(store, id, SessionSettings.cpu(1))) {
            List<CalibrationPoint> points = timer.candidates();
            assertThat(points).hasSizeGreaterThan(4).doesNotHaveDuplicates();
            for (CalibrationPoint point : points) {
                assertThat(timer.effort(point)).as("%s", point).isPositive();
                assertThat(timer.time(point, CancelToken.none()))
                        .as("%s", point)
                        .hasValueSatisfying(m -> {
                            assertThat(m.seconds()).isPositive();
                            assertThat(m.demand().operatorClass()).isEqualTo(point.work());
                        });
            }
            assertThat(points.stream().mapToDouble(timer::effort).max().orElseThrow())
                    .isGreaterThan(timer.effort(points.getFirst()));
            CancelToken cancelled = CancelToken.create();
            cancelled.cancel("enough");
            assertThatThrownBy(() -> timer.time(points.getFirst(), cancelled)).isInstanceOf(CancelledException.class);
        }
    }

    @Test
    void allKindsTogetherAreFittedWithinTheTime() {
        AtomicLong clock = new AtomicLong();
        List<String> models = List.of("d", "e", "r", "s-PAIR", "o");
        DeviceCalibration found = Calibrator.standard()
                .threads(1)
                .budget(Duration.ofSeconds(6))
                .clock(() -> clock.addAndGet(5_000_000))
                .calibrate(CPU, HERE, store, models);
        assertThat(found.points()).extracting(PointTime::modelId).containsAll(models);
        List<String> works = new ArrayList<>();
        for (FittedWork fit : found.fits())
            works.add(fit.operatorClass() + fit.model().map(m -> " " + m.id()).orElse(""));
        assertThat(works)
                .contains(
                        "PREFILL", "DECODE", "DECODE d", "DECODE s-PAIR", "EMBED e", "EMBED r", "EMBED s-PAIR", "INFER")
                .doesNotContain("PREFILL d");
        assertThat(found.report()).contains("decode in fp32 of s-PAIR: ");
    }

    @Test
    void aModelWhoseTensorsGraphsLackIsNamedAsUnmeasured() {
        AtomicLong clock = new AtomicLong();
        DeviceCalibration found = Calibrator.standard()
                .threads(1)
                .budget(Duration.ofSeconds(2))
                .clock(() -> clock.addAndGet(5_000_000))
                .calibrate(CPU, HERE, store, List.of("odd"));
        assertThat(found.points()).isEmpty();
        assertThat(found.unmeasured()).anyMatch(line -> line.contains("'x' of model 'odd'"));
        try (PointTimer timer = CalibratedKind.open(store, "odd", SessionSettings.cpu(1))) {
            assertThatThrownBy(() -> timer.time(new CalibrationPoint(OperatorClass.INFER, 1, 1), CancelToken.none()))
                    .isInstanceOf(LlmException.class);
        }
        assertThatThrownBy(() -> CalibratedKind.of(store, "nobody")).isInstanceOf(ModelPackException.class);
    }
}
