package io.agentopt.runtime.device.fact;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.model.Precision;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.NamedProvider;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.StubGpu;
import io.agentopt.runtime.backend.ort.StubLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CardRatesTest {
    @TempDir
    Path folder;

    @AfterEach
    void nothingStaysOpen() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static GpuFacts card(String uuid, double watts) {
        return new GpuFacts(
                "driver, NVML",
                uuid,
                "0000:01:00.0",
                "580.1",
                "sm_90",
                OptionalLong.of(1L << 30),
                OptionalLong.empty(),
                OptionalInt.of(132),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                OptionalDouble.of(watts),
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    private static GpuDriver.Outcome driver() {
        return GpuDriver.open(GpuApi.CUDA, StubLibrary.driver());
    }

    @Test
    void copiesAreTimedByTheDriverAndKeptForTheCard() throws Exception {
        KeptAnswers kept = new KeptAnswers(folder);
        GpuFacts card = card("GPU-1", 700);
        assertThat(CardRates.kept(card, kept)).isEmpty();
        CardRates rates = CardRates.measure(card, driver(), 0, Optional.empty(), kept);
        assertThat(rates.copyBytesPerSecond().orElseThrow()).isPositive();
        assertThat(rates.toCardBytesPerSecond().orElseThrow()).isPositive();
        assertThat(rates.fromCardBytesPerSecond().orElseThrow()).isPositive();
        assertThat(rates.productFlops()).isEmpty();
        assertThat(rates.missing())
                .containsExactly("matrix products: no provider of ONNX Runtime is ready on the card");
        CardRates again = CardRates.kept(card, kept).orElseThrow();
        assertThat(again.copyBytesPerSecond()).isEqualTo(rates.copyBytesPerSecond());
        assertThat(again.fromCardBytesPerSecond()).isEqualTo(rates.fromCardBytesPerSecond());
        assertThat(CardRates.kept(card("GPU-1", 400), kept))
                .as("a lower power limit")
                .isEmpty();
        assertThat(CardRates.kept(card("GPU-2", 700), kept)).isEmpty();
        try (Stream<Path> files = Files.list(folder)) {
            Path file = files.findFirst().orElseThrow();
            Files.writeString(file, Files.readString(file).replaceAll("copyBytesPerSecond=.*", "copyBytesPerSecond=0"));
        }
        assertThat(CardRates.kept(card, kept)).isEmpty();
    }

    @Test
    void aCardThatFailsOrIsNotThereIsNotMeasured() {
        KeptAnswers kept = new KeptAnswers(folder);
        GpuDriver.Outcome driver = driver();
        StubGpu.fail("cuMemAlloc_v2", 2);
        CardRates failed = CardRates.measure(card("GPU-1", 700), driver, 0, Optional.empty(), kept);
        assertThat(failed.copyBytesPerSecond()).isEmpty();
        assertThat(failed.missing()).first().asString().startsWith("copies: ").contains("allocating");
        CardRates none =
                CardRates.measure(card("GPU-1", 700), new GpuDriver.Absent("No driver."), 0, Optional.empty(), kept);
        assertThat(none.missing()).first().isEqualTo("copies: No driver.");
        GpuDriver.Outcome old = GpuDriver.open(GpuApi.CUDA, StubLibrary.of("stub_driver.c", "PROPERTIES", "COUNT=1"));
        assertThat(CardRates.measure(card("GPU-1", 700), old, 0, Optional.empty(), kept)
                        .missing())
                .first()
                .asString()
                .startsWith("copies: ")
                .contains("has no function");
        assertThat(CardRates.kept(card("GPU-1", 700), kept))
                .as("nothing was measured")
                .isEmpty();
    }

    @Test
    void aProviderThatDoesNotMultiplySaysWhy() {
        CardRates rates = CardRates.measure(
                card("GPU-1", 700),
                new GpuDriver.Absent("No driver."),
                0,
                Optional.of(new NamedProvider("OpenVINO", Map.of())),
                new KeptAnswers(folder));
        assertThat(rates.productFlops()).isEmpty();
        assertThat(rates.missing())
                .anyMatch(m -> m.startsWith("matrix products of fp16: "))
                .anyMatch(m -> m.startsWith("matrix products of fp32: "));
    }

    /** The model that is timed computes the products that its rate counts, and its numbers neither vanish nor overflow. */
    @Test
    void theTimedModelMultipliesAsOftenAsItsRateCounts() {
        int width = 32;
        float[] single = run(Precision.FP32, width), half = run(Precision.FP16, width);
        double[] w = weights(width), row = new double[width];
        System.arraycopy(w, 0, row, 0, width);
        for (int product = 0; product < 16; product++) {
            double[] next = new double[width];
            for (int i = 0; i < width; i++) for (int j = 0; j < width; j++) next[j] += row[i] * w[i * width + j];
            row = next;
        }
        double largest = 0;
        for (double v : row) largest = Math.max(largest, Math.abs(v));
        assertThat(largest).isBetween(1e-6, 1e4);
        for (int j = 0; j < width; j++) {
            assertThat((double) single[j]).isCloseTo(row[j], within(1e-4 * largest));
            assertThat(half[j]).isFinite();
        }
    }

    @Test
    void largeModelsNeitherVanishNorOverflowInSixteenBits() {
        float[] half = run(Precision.FP16, 512);
        double largest = 0;
        for (float v : half) largest = Math.max(largest, Math.abs(v));
        assertThat(largest).isBetween(1e-6, 6e4);
    }

    private static double[] weights(int width) {
        byte[] model = CardProduct.floats(width);
        double[] w = new double[width * width];
        java.nio.FloatBuffer floats = java.nio.ByteBuffer.wrap(model)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        for (int i = 0; i < w.length; i++) w[i] = floats.get(i);
        return w;
    }

    private static float[] run(Precision precision, int width) {
        try (OrtSession session = OrtSession.open(CardProduct.model(precision, width), "test", SessionSettings.cpu(1));
                OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, 1, width);
                OrtRunOptions options = OrtRunOptions.create();
                OrtTensor y = Objects.requireNonNull(
                        session.run(Map.of("x", x), options).get("y"))) {
            return y.data().toArray(JAVA_FLOAT);
        }
    }
}
