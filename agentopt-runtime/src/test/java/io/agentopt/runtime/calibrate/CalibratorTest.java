package io.agentopt.runtime.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.engine.CalibrationFile;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Rung;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibratorTest {
    private static final DeviceSpec CPU = DeviceSpec.cpu("cpu", 2, 1e11, 8e9, 1e10);

    private static final DetectedDevice HERE =
            new DetectedDevice("cpu", "", DetectedDevice.Kind.CPU, "", Rung.READY, "", 0, Map.of(), Optional.empty());

    private static Calibrator calibrator(Duration budget) {
        AtomicLong clock = new AtomicLong(); // each look at it takes 5 ms, whatever else this machine does
        return Calibrator.standard().threads(1).budget(budget).clock(() -> clock.addAndGet(5_000_000));
    }

    @Test
    void everyKindOfWorkIsFittedAndTriedOnHeldOutPointsAndComesBackFromItsFile(@TempDir Path root) {
        TinyPack.decoder("d").write(root);
        TinyPack.writeEmbedder(root, "e");
        ModelStore store = ModelStore.of(root);
        List<Double> fractions = new ArrayList<>();
        List<String> heard = new ArrayList<>();
        DeviceCalibration found = calibrator(Duration.ofSeconds(6))
                .progress((fraction, now, left) -> {
                    fractions.add(fraction);
                    heard.add(now);
                    assertThat(left).isBetween(0.0, 6.0);
                })
                .calibrate(CPU, HERE, store, List.of("d", "e"));
        assertThat(fractions).isSorted().endsWith(1.0);
        assertThat(heard).contains("opening d", "opening e", "fitting", "done");
        assertThat(found.fits())
                .extracting(FittedWork::operatorClass)
                .containsExactly(OperatorClass.PREFILL, OperatorClass.DECODE, OperatorClass.EMBED);
        assertThat(found.points())
                .anyMatch(p ->
                        p.point().work() == OperatorClass.DECODE && p.point().batch() > 1);
        assertThat(found.device().id()).isEqualTo("cpu");
        assertNotLower(found.device(), CPU);
        for (FittedWork fit : found.fits()) {
            assertThat(fit.calibration().used()).isPositive();
            assertThat(fit.calibration().rejected())
                    .as("atLeast leaves nothing impossible")
                    .isEmpty();
            assertThat(found.report()).contains(fit.toString());
        }
        Path file = root.resolve("calibration.json");
        found.file(LocalDate.of(2026, 11, 23)).write(file);
        CalibrationFile read = CalibrationFile.read(file, DeviceCatalog.packaged());
        ModelSpec decoder = store.pack("d").spec();
        CostModel before = found.costModel(), after = read.costModel(RooflineCostModel.generic());
        DeviceSpec device = read.devices().getFirst();
        assertThat(after.prefill(decoder, device, 1, 32, 1, 0))
                .isEqualTo(before.prefill(decoder, found.device(), 1, 32, 1, 0));
        assertThat(after.decode(decoder, CPU, 1, 32, 8, 2))
                .as("a device described anew has the times of the measured one")
                .isEqualTo(before.decode(decoder, found.device(), 1, 32, 8, 2));
    }

    @Test
    void aModelWithAContextShorterThanThePromptsIsMeasuredAsFarAsItGoes(@TempDir Path root) {
        TinyPack tiny = TinyPack.decoder("short");
        new TinyPack(
                        "short",
                        tiny.layers(),
                        tiny.hidden(),
                        tiny.heads(),
                        tiny.kvHeads(),
                        tiny.headDim(),
                        tiny.ffn(),
                        12,
                        false,
                        1)
                .write(root);
        DeviceCalibration found =
                calibrator(Duration.ofSeconds(2)).calibrate(CPU, HERE, ModelStore.of(root), List.of("short"));
        assertThat(found.points()).extracting(p -> p.point().tokens()).containsExactly(12);
        assertThat(found.fits()).hasSize(1);
        assertThat(found.fits().getFirst().heldOutError()).isEmpty();
        assertThat(found.fits().getFirst().toString()).contains("none cross-validated", "none held out");
    }

    @Test
    void requestsThatCannotBeMetSayWhy(@TempDir Path root) {
        TinyPack.decoder("d").write(root);
        ModelStore store = ModelStore.of(root);
        DetectedDevice broken = new DetectedDevice(
                "cuda",
                "NVIDIA",
                DetectedDevice.Kind.GPU,
                "",
                Rung.LIBRARY_MISSING,
                "No driver.",
                0,
                Map.of(),
                Optional.empty());
        Calibrator usual = Calibrator.standard();
        assertThatThrownBy(() -> usual.calibrate(CPU, broken, store, List.of("d")))
                .hasMessageContainingAll("'cuda'", "No driver.", "doctor");
        assertThatThrownBy(() -> usual.calibrate(CPU, HERE, store, List.of())).hasMessageContainingAll("'cpu'", "[d]");
        assertThatThrownBy(() -> usual.calibrate(CPU, HERE, store, List.of("dd")))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("Did you mean 'd'?");
        for (Duration budget : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofSeconds(56))) {
            assertThatThrownBy(() -> usual.budget(budget)).hasMessageContainingAll("budget", "at most 55 s");
        }
    }

    @Test
    void measurementsOfAKnownMachineGiveItsTimesBack() {
        double share = 0.4, floor = 2e-4;
        List<Measurement> points = new ArrayList<>();
        for (double size = 1; size < 2000; size *= 2) {
            Demand work = Demand.kernel(OperatorClass.PREFILL, Precision.FP32, 1e7 * size, 1e4 * size, 0);
            points.add(new Measurement(work, 1e7 * size / (1e11 * share) + floor));
        }
        DeviceSpec reached = Calibrator.atLeast(CPU, points);
        assertThat(reached).isEqualTo(CPU);
        List<PointTime> times = new ArrayList<>();
        for (Measurement m : points)
            times.add(
                    new PointTime("m", new CalibrationPoint(OperatorClass.PREFILL, times.size() + 1, 1), m, 1, false));
        FittedWork fit =
                Calibrator.fit(reached, new RunMeasurements.Work(OperatorClass.PREFILL, Precision.FP32), times);
        CostModel model = new DeviceCalibration(reached, List.of(fit), times, List.of(), 1).costModel();
        for (Measurement m : points) {
            double predicted = known(model, m.demand(), reached);
            assertThat(predicted).isCloseTo(m.seconds(), within(0.1 * m.seconds()));
        }
    }

    @Property(seed = "20261122", tries = 300)
    void peaksAreNeverLoweredAndNoMeasurementIsFasterThanThem(
            @ForAll @Size(max = 8) List<@IntRange(min = -90, max = 10) Integer> tenthsOfDecades,
            @ForAll @DoubleRange(min = 0, max = 1e15) double flops,
            @ForAll @DoubleRange(min = 0, max = 1e13) double bytes,
            @ForAll Precision precision) {
        List<Measurement> points = tenthsOfDecades.stream()
                .map(t -> new Measurement(
                        Demand.kernel(OperatorClass.DECODE, precision, flops, bytes, 0), Math.pow(10, t / 10.0)))
                .toList();
        DeviceSpec reached = Calibrator.atLeast(CPU, points);
        assertNotLower(reached, CPU);
        for (Measurement m : points) {
            assertThat(m.demand().trafficBytes())
                    .isLessThanOrEqualTo(reached.memoryBytesPerSecond() * m.seconds() * 1.000001);
            assertThat(m.demand().flops())
                    .isLessThanOrEqualTo(reached.peakFlops(precision).orElseThrow() * m.seconds() * 1.000001);
        }
        assertThat(Calibrator.atLeast(reached, points))
                .as("again changes nothing")
                .isEqualTo(reached);
        if (points.isEmpty()) assertThat(reached).isEqualTo(CPU);
    }

    private static void assertNotLower(DeviceSpec reached, DeviceSpec before) {
        assertThat(reached.memoryBytesPerSecond()).isGreaterThanOrEqualTo(before.memoryBytesPerSecond());
        before.densePeakFlops()
                .forEach((precision, rate) ->
                        assertThat(reached.densePeakFlops().get(precision)).isGreaterThanOrEqualTo(rate));
        assertThat(reached.memoryBytes()).isEqualTo(before.memoryBytes());
    }

    private static double known(CostModel model, Demand demand, DeviceSpec device) {
        assertThat(model.seconds(demand, device)).isInstanceOf(Estimate.Known.class);
        return ((Estimate.Known) model.seconds(demand, device)).seconds();
    }
}
