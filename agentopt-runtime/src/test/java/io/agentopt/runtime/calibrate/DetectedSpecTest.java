package io.agentopt.runtime.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Rung;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DetectedSpecTest {
    @ParameterizedTest
    @CsvSource({
        "NVIDIA H200, 150e9, H200-SXM",
        "NVIDIA A100-SXM4-80GB, 85e9, A100-80GB-SXM",
        "NVIDIA A100-SXM4-40GB, 42e9, A100-40GB-SXM",
        "NVIDIA H100 80GB HBM3, 85e9, H100-SXM",
        "NVIDIA L4, 24e9, L4",
        "NVIDIA L40S, 48e9, L40S",
    })
    void aGpuIsTheCatalogsUnderTheNameItWasDetectedBy(String name, double bytes, String id) {
        DeviceSpec spec = DetectedSpec.of(gpu(name, (long) bytes));
        assertThat(spec.id()).isEqualTo("cuda:0");
        assertThat(spec).isEqualTo(DeviceCatalog.packaged().find(id).named("cuda:0"));
    }

    @Test
    void aGpuThatTheCatalogDoesNotHaveIsAnErrorWithTheWayOut() {
        assertThatThrownBy(() -> DetectedSpec.of(gpu("NVIDIA GeForce 256", 32_000_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("cuda:0", "GeForce 256", "Give its DeviceSpec");
    }

    private static DetectedDevice gpu(String name, long bytes) {
        return new DetectedDevice(
                "cuda:0", "NVIDIA", DetectedDevice.Kind.GPU, name, Rung.READY, "", bytes, Map.of(), Optional.empty());
    }
}
