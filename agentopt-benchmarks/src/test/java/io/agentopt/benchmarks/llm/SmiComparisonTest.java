package io.agentopt.benchmarks.llm;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Rung;
import io.agentopt.runtime.device.fact.GpuFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmiComparisonTest {
    private static final GpuFacts CARD = new GpuFacts(
            "driver, NVML",
            "GPU-1",
            "0000:3b:00.0",
            "580.1",
            "sm_90",
            OptionalLong.of(143_771L << 20),
            OptionalLong.empty(),
            OptionalInt.of(132),
            OptionalDouble.of(1.98e9),
            OptionalDouble.empty(),
            OptionalInt.empty(),
            OptionalDouble.of(700),
            OptionalInt.of(5),
            OptionalInt.of(16),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            List.of());

    private static final DetectedDevice DEVICE = new DetectedDevice(
            "cuda:0",
            "NVIDIA",
            DetectedDevice.Kind.GPU,
            "NVIDIA H200",
            Rung.READY,
            "",
            1,
            Map.of(),
            Optional.empty(),
            Optional.of(CARD));

    @TempDir
    Path folder;

    private List<String> compared(String... lines) throws Exception {
        return SmiComparison.of(DEVICE, Files.write(folder.resolve("smi.csv"), List.of(lines)));
    }

    @Test
    void whatAgreesAndWhatDoesNotIsSaid() throws Exception {
        assertThat(compared(
                        "GPU-0, NVIDIA X, 1, 00000000:01:00.0, 1, 1, 1, 1, 1, 1",
                        "GPU-1, NVIDIA H200, 580.1, 00000000:3B:00.0, 143771, 1980, 3201, 650.00, 5, [N/A]"))
                .containsExactly(
                        "smi name: 'NVIDIA H200', nvidia-smi 'NVIDIA H200': agrees",
                        "smi driver: '580.1', nvidia-smi '580.1': agrees",
                        "smi memory, MiB: 143771.00, nvidia-smi 143771.00: agrees",
                        "smi clock, MHz: 1980.00, nvidia-smi 1980.00: agrees",
                        "smi memory clock, MHz: none, nvidia-smi 3201.0: not told",
                        "smi power limit, W: 700.00, nvidia-smi 650.00: DIFFERS",
                        "smi PCIe generation: 5.00, nvidia-smi 5.00: agrees",
                        "smi PCIe lanes: OptionalDouble[16.0], nvidia-smi '[N/A]': not told");
    }

    @Test
    void aCardThatTheToolDoesNotListSaysSo() throws Exception {
        assertThat(compared("", "no card"))
                .singleElement()
                .asString()
                .startsWith("smi: no line of ")
                .endsWith("GPU-1 at 0000:3b:00.0");
        assertThat(compared("other, NVIDIA H200, 580.1, 00000000:3B:00.0, 1, 1, 1, 1, 5, 16"))
                .as("found by its place")
                .hasSize(8);
    }
}
