package io.agentopt.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.runtime.backend.ort.StubLibrary;
import io.agentopt.runtime.device.fact.FakeSystem;
import io.agentopt.runtime.device.fact.GpuFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a driver says, joined with what others tell, and kept. */
class DriverAnswerTest {
    @TempDir
    Path folder;

    private final List<String> set = new ArrayList<>();

    private void property(String name, Object value) {
        System.setProperty(name, value.toString());
        set.add(name);
    }

    @AfterEach
    void reset() {
        set.forEach(System::clearProperty);
    }

    private List<DetectedDevice> cuda() {
        return new GpuProbe(GpuFamily.CUDA, new DriverCache(folder.resolve("drivers"))).climb(stage -> {});
    }

    private void management(String... macros) {
        property("agentopt.cuda.management", StubLibrary.of("stub_nvml.c", macros));
    }

    @Test
    void theDriversDevicesAreJoinedWithTheCards() {
        property("agentopt.cuda.driver", StubLibrary.of("stub_driver.c", "PROPERTIES", "COUNT=2"));
        management("PLAIN");
        List<DetectedDevice> found = cuda();
        assertThat(found).extracting(DetectedDevice::id).containsExactly("cuda:0", "cuda:1");
        DetectedDevice second = found.getLast();
        assertThat(second.name()).isEqualTo("NVIDIA H200");
        assertThat(second.details()).containsEntry("arch", "sm_90");
        assertThat(second.facts()).hasValueSatisfying(f -> {
            GpuFacts gpu = (GpuFacts) f;
            assertThat(gpu.source()).isEqualTo("driver, NVML");
            assertThat(gpu.uuid()).isEqualTo("GPU-0000-102");
            assertThat(gpu.processors()).hasValue(132);
            assertThat(gpu.architecture()).isEqualTo("sm_90");
            assertThat(gpu.powerWatts()).hasValue(650);
            assertThat(gpu.freeBytes()).hasValue(150000000000L);
        });
    }

    @Test
    void aSplitCardHasNoFreeMemoryToItself() {
        property("agentopt.cuda.driver", StubLibrary.of("stub_driver.c", "PROPERTIES"));
        management("MIG=1");
        GpuFacts gpu = (GpuFacts) cuda().getFirst().facts().orElseThrow();
        assertThat(gpu.freeBytes()).isEmpty();
        assertThat(gpu.memoryBytes()).hasValue(150754820096L);
    }

    @Test
    void withoutManagementTheDriverAloneTells() {
        property("agentopt.cuda.driver", StubLibrary.of("stub_driver.c", "PROPERTIES"));
        for (String[] broken : new String[][] {{"INIT=9"}, {"EMPTY"}, {"SPARSE"}, {"ERRORS"}}) {
            management(broken);
            GpuFacts gpu = (GpuFacts) cuda().getFirst().facts().orElseThrow();
            assertThat(gpu.source()).as(broken[0]).isEqualTo("driver");
            assertThat(gpu.processors()).hasValue(132);
            assertThat(gpu.powerWatts()).isEmpty();
        }
        property("agentopt.cuda.management", folder.resolve("nowhere.so"));
        assertThat(cuda().getFirst().name()).isEqualTo("NVIDIA H200");
        property("agentopt.cuda.driver", StubLibrary.of("stub_driver.c", "COUNT=1"));
        assertThat(cuda().getFirst().name())
                .as("a driver that tells no properties")
                .isEqualTo("Stub 40");
    }

    @Test
    void whatADriverSaidIsKeptForTheSameCards() throws Exception {
        Path driver = Files.copy(StubLibrary.of("stub_driver.c", "PROPERTIES", "COUNT=2"), folder.resolve("driver.so"));
        property("agentopt.cuda.driver", driver);
        management("PLAIN");
        List<DetectedDevice> first = cuda();
        Files.delete(driver);
        assertThat(cuda()).as("the driver is not asked").isEqualTo(first);
        management("COUNT=1");
        assertThat(cuda().getFirst().reason())
                .as("other cards")
                .contains("driver.so")
                .doesNotContain("finds it");
        management("PLAIN");
        Path kept;
        try (Stream<Path> files = Files.list(folder.resolve("drivers"))) {
            kept = files.toList().getFirst();
        }
        String whole = Files.readString(kept);
        for (String broken : List.of(
                "",
                whole.substring(0, 90),
                whole.replaceFirst("devices=2", "devices=3"),
                whole.replaceFirst("devices=2", "devices=none"),
                whole.replaceFirst("0.name=NVIDIA H200\n", ""),
                whole.replaceFirst("1.memoryBytes=.*", "1.memoryBytes=-1"))) {
            Files.writeString(kept, broken);
            assertThat(cuda().getFirst().name()).as(broken).isEmpty();
        }
        Files.writeString(kept, whole);
        assertThat(cuda()).isEqualTo(first);
    }

    @Test
    void anAmdCardIsShownWithoutHip() {
        new FakeSystem(folder).withMi300x();
        GpuFamily family = new GpuFamily("rocm", GpuApi.HIP, folder.resolve("version"), folder);
        property("agentopt.rocm.driver", folder.resolve("libamdhip64.so"));
        DetectedDevice card = new GpuProbe(family).climb(stage -> {}).getFirst();
        assertThat(card.id()).isEqualTo("rocm:0");
        assertThat(card.rung()).isEqualTo(Rung.NOT_CONFIGURED);
        assertThat(card.reason())
                .startsWith("The system has it. The AMD driver: ")
                .contains("libamdhip64.so is not there");
        assertThat(card.name()).isEqualTo("AMD Instinct MI300X OAM");
        assertThat(card.memoryBytes()).isEqualTo(206141652992L);
        assertThat(card.details()).containsEntry("arch", "gfx942");
    }

    @Test
    void hipsDevicesAreJoinedByTheirPlace() {
        new FakeSystem(folder).withMi300x().with("sys/class/drm/card1/device/uevent", "PCI_SLOT_NAME=0000:00:00.0");
        GpuFamily family = new GpuFamily("rocm", GpuApi.HIP, folder.resolve("version"), folder);
        property("agentopt.rocm.driver", StubLibrary.of("stub_driver.c", "PROPERTIES", "COUNT=2"));
        List<DetectedDevice> found = new GpuProbe(family).climb(stage -> {});
        assertThat(((GpuFacts) found.getFirst().facts().orElseThrow()).source()).isEqualTo("driver, sysfs");
        assertThat(((GpuFacts) found.getFirst().facts().orElseThrow()).powerWatts())
                .hasValue(750);
        assertThat(((GpuFacts) found.getLast().facts().orElseThrow()).source()).isEqualTo("driver");
    }
}
