package io.agentopt.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.StubLibrary;
import io.agentopt.runtime.backend.ort.StubMigraphx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ladder on stub providers and stub drivers, in this process. */
class ProviderProbeTest {
    private final List<String> set = new ArrayList<>();

    private void property(String name, Object value) {
        System.setProperty(name, value.toString());
        set.add(name);
    }

    @BeforeEach
    void inProcess() {
        property(GuardedProbe.PROPERTY, GuardedProbe.IN_PROCESS);
    }

    @AfterEach
    void reset() {
        set.forEach(System::clearProperty);
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private List<DetectedDevice> found(String id) {
        return Devices.detect().stream()
                .filter(d -> d.id().equals(id) || d.id().startsWith(id + ":"))
                .toList();
    }

    private DetectedDevice plugin(String kind) {
        String id = "stub" + kind.toLowerCase(java.util.Locale.ROOT);
        property(PluginProbe.PREFIX + id, StubLibrary.of("stub_provider.c", kind, "NUMBER=1"));
        List<DetectedDevice> found = found(id);
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    @Test
    void aGpuOfEachFamilyComesToTheTop() {
        for (GpuFamily family : List.of(GpuFamily.CUDA, GpuFamily.ROCM)) {
            boolean amd = family.equals(GpuFamily.ROCM);
            property(family.property(), amd ? StubMigraphx.provider() : StubLibrary.provider("PLAIN"));
            property("agentopt." + family.id() + ".driver", StubLibrary.of("stub_driver.c", "COUNT=2"));
            List<DetectedDevice> found = found(family.id());
            assertThat(found).extracting(DetectedDevice::id).containsExactly(family.id() + ":0", family.id() + ":1");
            DetectedDevice first = found.getFirst(), second = found.getLast();
            assertThat(first.rung()).as(first.reason()).isEqualTo(Rung.READY);
            assertThat(first.name()).isEqualTo("Stub 40");
            assertThat(first.vendor()).isEqualTo(family.vendor());
            assertThat(first.memoryBytes()).isEqualTo(1L << 30);
            assertThat(first.provider()).isPresent();
            assertThat(first.details())
                    .containsEntry("operators", "Add")
                    .containsEntry("operators.cpu", "Gather LayerNormalization MatMul Mul Sigmoid Softmax");
            assertThat(second.rung()).isEqualTo(Rung.NO_DEVICE);
            assertThat(second.reason()).contains("The driver finds it but the provider");
            assertThat(second.provider()).isEmpty();
        }
    }

    @Test
    void aDriverThatFailsStopsTheLadder() {
        property(GpuFamily.CUDA.property(), StubLibrary.provider("PLAIN"));
        property("agentopt.cuda.driver", StubLibrary.of("stub_driver.c", "COUNT=0"));
        assertThat(found("cuda").getFirst().rung()).isEqualTo(Rung.NO_DEVICE);
        property("agentopt.cuda.driver", StubLibrary.of("stub_driver.c", "INIT=3"));
        DetectedDevice failed = found("cuda").getFirst();
        assertThat(failed.rung()).isEqualTo(Rung.INIT_FAILED);
        assertThat(failed.reason()).contains("NVIDIA driver", "STUB_NOT_INITIALIZED (3");
        property("agentopt.cuda.driver", "/nowhere/libcuda.so.1");
        assertThat(found("cuda").getFirst().rung()).isEqualTo(Rung.LIBRARY_MISSING);
    }

    @Test
    void anyProviderIsADeviceByItsLibrary() {
        DetectedDevice d = plugin("MEMORY");
        assertThat(d.id()).isEqualTo("stubmemory:0");
        assertThat(d.kind()).isEqualTo(DetectedDevice.Kind.GPU);
        assertThat(d.vendor()).isEqualTo("Stub");
        assertThat(d.rung()).as(d.reason()).isEqualTo(Rung.READY);
    }

    /** A provider was loaded before ONNX Runtime had prepared it; constructors of classic ones crash then. */
    @Test
    void nobodyLoadsAProviderBeforeOnnxRuntime() {
        DetectedDevice d = plugin("EARLY");
        assertThat(d.rung()).as(d.reason()).isEqualTo(Rung.READY);
    }

    @Test
    void whatComputesWronglyOrElsewhereIsNotReady() {
        Map.of(
                        "WRONG", "1.0 + 0.25 gave 2.25.",
                        "REFUSE", "The stub refuses to be used.",
                        "BLIND", "fallback")
                .forEach((kind, reason) -> {
                    DetectedDevice d = plugin(kind);
                    assertThat(d.rung()).as(kind).isEqualTo(Rung.SMOKE_FAILED);
                    assertThat(d.reason()).as(kind).contains(reason);
                    assertThat(d.provider()).isEmpty();
                });
    }

    @Test
    void aProviderByNameThatIsNotInsideSaysSo() {
        property("agentopt.provider.intel", "OpenVINO");
        DetectedDevice d = found("intel").getFirst();
        assertThat(d.rung()).isEqualTo(Rung.SMOKE_FAILED);
        assertThat(d.reason()).contains("OpenVINO");
    }

    @Test
    void aPropertySaysLibraryOrNameAndOptions() {
        property("agentopt.provider.x", "WebGPU");
        property("agentopt.provider.x.options", "a=1, b = x=y ,");
        assertThat(PluginProbe.configured()).extracting(Probe::id).contains("x").doesNotContain("x.options");
        ProviderConfig named = ProviderConfig.of("x", "agentopt.provider.x").orElseThrow();
        assertThat(named.isLibrary()).isFalse();
        assertThat(named.named().options()).isEqualTo(Map.of("a", "1", "b", "x=y"));
        for (String library : List.of("/a/b", "p.so", "p.so.1.2", "P.DLL", "p.dylib", "c:\\p")) {
            property("agentopt.provider.x", library);
            assertThat(ProviderConfig.of("x", "agentopt.provider.x")
                            .orElseThrow()
                            .isLibrary())
                    .as(library)
                    .isTrue();
        }
        assertThat(ProviderConfig.of("x", "agentopt.provider.x")
                        .orElseThrow()
                        .spec()
                        .library())
                .isAbsolute()
                .isEqualTo(Path.of("c:\\p").toAbsolutePath());
        property("agentopt.provider.x.options", "a");
        assertThatThrownBy(() -> ProviderConfig.of("x", "agentopt.provider.x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("agentopt.provider.x.options has 'a'");
        assertThat(found("x").getFirst().reason()).contains("which is no key=value");
        property("agentopt.provider.x", " ");
        assertThat(found("x").getFirst().rung()).isEqualTo(Rung.NOT_CONFIGURED);
    }
}
