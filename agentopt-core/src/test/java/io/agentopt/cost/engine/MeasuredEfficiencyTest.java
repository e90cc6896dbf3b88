package io.agentopt.cost.engine;

import static io.agentopt.cost.engine.EngineModelTest.H100;
import static io.agentopt.cost.engine.EngineModelTest.SMALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.cost.Calibration;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.DeviceEfficiency;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasuredEfficiencyTest {
    private static final DeviceSpec HERE = DeviceSpec.cpu("cpu", 2, 1.23456789e11 / 3, 8e11 / 7, 1e10 / 9);
    private static final RooflineCostModel GENERIC = RooflineCostModel.generic();

    @TempDir
    Path folder;

    private static MeasuredEfficiency of(DeviceSpec device, OperatorClass work, double share) {
        return new MeasuredEfficiency(
                device,
                work,
                SMALL.compute(),
                new Calibration(
                        new DeviceEfficiency(share, share / 2, 1e-4 / 3, 7e-6, 2, Confidence.MEASURED, 0.04),
                        9,
                        List.of("too fast"),
                        0.03),
                work == OperatorClass.DECODE ? OptionalDouble.of(0.05) : OptionalDouble.empty(),
                new Attribution("this machine", LocalDate.of(2026, 11, 23)));
    }

    private static CalibrationFile file(MeasuredEfficiency... efficiencies) {
        return new CalibrationFile(List.of(), List.of()).with(List.of(efficiencies));
    }

    @Test
    void whatWasMeasuredOnAMachineThatNoCatalogHasComesBackBitForBit() {
        CalibrationFile before = file(of(HERE, OperatorClass.PREFILL, 0.4), of(HERE, OperatorClass.DECODE, 0.3));
        before.write(folder.resolve("c.json"));
        CalibrationFile after = CalibrationFile.read(folder.resolve("c.json"), DeviceCatalog.packaged());
        assertThat(after.devices()).extracting(DeviceSpec::id).containsExactly("cpu");
        DeviceSpec device = after.devices().getFirst();
        assertThat(device.densePeakFlops()).isEqualTo(HERE.densePeakFlops());
        assertThat(device.memoryBytesPerSecond()).isEqualTo(HERE.memoryBytesPerSecond());
        for (int i = 0; i < 2; i++) {
            MeasuredEfficiency a = after.efficiencies().get(i),
                    b = before.efficiencies().get(i);
            assertThat(a.calibration()).isEqualTo(b.calibration());
            assertThat(a.heldOutError()).isEqualTo(b.heldOutError());
            assertThat(a.attribution()).isEqualTo(b.attribution());
        }
        assertThat(after.costModel(GENERIC).decode(SMALL, device, 1, 100, 20, 4))
                .isEqualTo(before.costModel(GENERIC).decode(SMALL, HERE, 1, 100, 20, 4));
    }

    @Test
    void onlyWhatWasMeasuredGoesByIt() {
        EngineCostModel model = file(of(HERE, OperatorClass.PREFILL, 0.4)).costModel(GENERIC);
        assertThat(model.prefill(SMALL, HERE, 1, 100, 1, 0)).isNotEqualTo(GENERIC.prefill(SMALL, HERE, 1, 100, 1, 0));
        assertThat(known(model.prefill(SMALL, HERE, 1, 100, 1, 0)).confidence()).isEqualTo(Confidence.MEASURED);
        assertThat(model.seconds(TransformerDemand.prefill(SMALL, 100, 1), HERE, 1))
                .isEqualTo(model.prefill(SMALL, HERE, 1, 100, 1, 0));
        assertThat(model.decode(SMALL, HERE, 1, 100, 20, 1)).isEqualTo(GENERIC.decode(SMALL, HERE, 1, 100, 20, 1));
        DeviceSpec other = HERE.named("other");
        assertThat(model.prefill(SMALL, other, 1, 100, 1, 0)).isEqualTo(GENERIC.prefill(SMALL, other, 1, 100, 1, 0));
    }

    /** A machine's peaks are estimated anew by each process; the shares are of those that were there when it was measured. */
    @Test
    void aDeviceWhosePeaksWereDetectedAnewHasTheSameTimes() {
        EngineCostModel model = file(of(HERE, OperatorClass.PREFILL, 0.4)).costModel(GENERIC);
        DeviceSpec anew = HERE.withPeaks(Map.of(Precision.FP32, 9e10), 3e9);
        assertThat(model.prefill(SMALL, anew, 1, 100, 1, 0)).isEqualTo(model.prefill(SMALL, HERE, 1, 100, 1, 0));
    }

    @Test
    void measuredOnAGpuComesBeforeTheTermsOfAnEngine() {
        EngineCostModel terms = EngineCostModel.generic();
        EngineCostModel measured = file(of(H100, OperatorClass.DECODE, 0.3)).costModel(GENERIC);
        assertThat(known(measured.decode(SMALL, H100, 1, 100, 20, 4)).confidence())
                .isEqualTo(Confidence.MEASURED);
        assertThat(measured.prefill(SMALL, H100, 1, 100, 1, 0)).isEqualTo(terms.prefill(SMALL, H100, 1, 100, 1, 0));
    }

    @Test
    void measuringAgainReplaces() {
        CalibrationFile file = file(of(HERE, OperatorClass.PREFILL, 0.4), of(HERE, OperatorClass.DECODE, 0.3))
                .with(List.of(of(HERE, OperatorClass.PREFILL, 0.2)));
        assertThat(file.efficiencies()).hasSize(2);
        assertThat(file.efficiencies().getLast().calibration().efficiency().compute())
                .isEqualTo(0.2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"class\": \"decode\" | \"class\": \"dancing\" | $.efficiencies[0].class",
                "\"used\": 9 | \"used\": 0 | $.efficiencies[0].used",
                "\"compute\": 0.3 | \"compute\": 7 | compute",
                "\"heldOutError\": 0.05 | \"heldOutError\": -1 | heldOutError",
                "\"device\": \"cpu\" | \"device\": \"gpu\" | 'gpu'",
                "\"exponent\": 2.0 | \"exponent\": 9 | exponent",
            })
    void aDamagedFileIsOneClearError(String what, String instead, String message) throws Exception {
        Path path = folder.resolve("c.json");
        file(of(HERE, OperatorClass.DECODE, 0.3)).write(path);
        String text = Files.readString(path).replaceAll("\"\\s*:\\s*", "\": ");
        assertThat(text).contains(what);
        Files.writeString(path, text.replace(what, instead));
        assertThatThrownBy(() -> CalibrationFile.read(path, DeviceCatalog.packaged()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("c.json", message);
    }

    private static Estimate.Known known(Estimate estimate) {
        assertThat(estimate).isInstanceOf(Estimate.Known.class);
        return (Estimate.Known) estimate;
    }

    @Test
    void aDefectNamesFileLineAndValue() throws IOException {
        Path path = folder.resolve("c.json");
        file(of(HERE, OperatorClass.PREFILL, 0.4).of(new MeasuredModel("m", 7e9)))
                .write(path);
        CalibrationFile read = CalibrationFile.read(path, DeviceCatalog.packaged());
        assertThat(read.efficiencies().getFirst().model()).contains(new MeasuredModel("m", 7e9));
        String good = Files.readString(path);
        String bad = good.replace("\"exponent\"", "\n\n\"exponent\"").replaceAll("(\"exponent\" *: *)[0-9.]+", "$1-3");
        Files.writeString(path, bad);
        long line = bad.substring(0, bad.indexOf("-3", bad.indexOf("exponent")))
                .lines()
                .count();
        assertThatThrownBy(() -> CalibrationFile.read(path, DeviceCatalog.packaged()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(path.toString(), "-3", "exponent", "line " + line + ".");
    }
}
