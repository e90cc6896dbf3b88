package io.agentopt.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Rung;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibrateTest {
    @Test
    void withoutOptionsTheCpuIsMeasuredWithEveryModelOfTheFolder() {
        assertThat(Calibrate.request(List.of()))
                .isEqualTo(new Calibrate.Request(
                        List.of(),
                        "cpu",
                        Duration.ofSeconds(45),
                        Path.of("models"),
                        Path.of("target/calibration.json")));
    }

    @Test
    void optionsAreRead() {
        assertThat(Calibrate.request(List.of(
                        "--model",
                        "a",
                        "--model",
                        "b",
                        "--device",
                        "cuda:0",
                        "--seconds",
                        "7.5",
                        "--store",
                        "m",
                        "--file",
                        "c")))
                .isEqualTo(new Calibrate.Request(
                        List.of("a", "b"), "cuda:0", Duration.ofMillis(7500), Path.of("m"), Path.of("c")));
    }

    @ParameterizedTest
    @CsvSource({
        "--seconds 0, must be above 0",
        "--seconds 56, at most 55",
        "--seconds NaN, must be above 0",
        "--seconds soon, is not a number",
        "--seconds, has no value",
        "--what 1, is not understood",
    })
    void aWrongRequestSaysHowToAsk(String args, String message) {
        assertThatThrownBy(() -> Calibrate.request(List.of(args.split(" "))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(message, "Use: ./build calibrate");
    }

    @Test
    void aDeviceThatIsNotHereIsAnErrorThatListsThose() {
        DetectedDevice cpu = new DetectedDevice(
                "cpu", "", DetectedDevice.Kind.CPU, "", Rung.READY, "", 0, Map.of(), Optional.empty());
        assertThat(Calibrate.find("cpu", List.of(cpu))).isSameAs(cpu);
        assertThatThrownBy(() -> Calibrate.find("cuda:7", List.of(cpu)))
                .hasMessageContainingAll("'cuda:7'", "[cpu]", "doctor");
    }

    @Test
    void whatCanBeMeasuredIsListedAndADefectOfOneModelHidesNoOther(@TempDir Path root) throws IOException {
        Files.writeString(Files.createDirectories(root.resolve("broken")).resolve("model.json"), "{");
        Files.write(Files.createDirectories(root.resolve("plain")).resolve("model.onnx"), new byte[0]);
        DetectedDevice cpu = new DetectedDevice(
                "cpu", "", DetectedDevice.Kind.CPU, "A CPU", Rung.READY, "", 0, Map.of(), Optional.empty());
        assertThat(Calibrate.list(ModelStore.of(root), List.of(cpu)))
                .containsPattern("cpu +A CPU")
                .containsPattern("broken +has a defect: .*model.json")
                .containsPattern("plain +runs alone and in batches");
    }
}
