package io.agentopt.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.StubLibrary;
import io.agentopt.runtime.backend.ort.StubMigraphx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far an AMD GPU comes and why not further, on stubs of MIGraphX and HIP; a family of its own each, for a name of its own. */
class AmdLadderTest {
    @TempDir
    Path folder;

    private final List<String> set = new ArrayList<>();

    @AfterEach
    void reset() {
        set.forEach(System::clearProperty);
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private void property(String name, Object value) {
        System.setProperty(name, value.toString());
        set.add(name);
    }

    private GpuFamily family(String id) {
        GpuFamily family = new GpuFamily(id, GpuApi.HIP, folder.resolve("version"), folder);
        property("agentopt." + id + ".driver", StubMigraphx.driver());
        return family;
    }

    private DetectedDevice climbed(String id, Path provider) {
        GpuFamily family = family(id);
        property(family.property(), provider);
        return new GpuProbe(family).climb(stage -> {}).getFirst();
    }

    @Test
    void withoutAProviderTheDriverIsAsked() {
        DetectedDevice d = new GpuProbe(family("amdbare")).climb(stage -> {}).getFirst();
        assertThat(d.rung()).isEqualTo(Rung.NOT_CONFIGURED);
        assertThat(d.reason()).contains("The driver finds it", "agentopt.amdbare.provider");
        assertThat(d.details()).containsEntry("arch", "gfx942");
    }

    @Test
    void whatMigraphxNeedsIsNamed() throws Exception {
        Path needed = Files.copy(
                StubLibrary.of("stub_driver.c"),
                Files.createDirectories(folder.resolve("link")).resolve("libmigraphx_c.so.3"));
        Path provider = StubLibrary.linked(folder.resolve("libmigraphx-ep.so"), "stub_provider.c", needed);
        Files.delete(needed);
        DetectedDevice d = climbed("amdlinked", provider);
        assertThat(d.rung()).isEqualTo(Rung.DEPENDENCY_MISSING);
        assertThat(d.reason()).contains("libmigraphx_c.so.3", "LD_LIBRARY_PATH", "agentopt.amdlinked.provider");
    }

    @Test
    void aDriverThatIsNotThereIsNamed() {
        GpuFamily family = family("amddriver");
        property(family.property(), StubMigraphx.hostProvider());
        property("agentopt.amddriver.driver", "/nowhere/libamdhip64.so");
        DetectedDevice d = new GpuProbe(family).climb(stage -> {}).getFirst();
        assertThat(d.rung()).isEqualTo(Rung.LIBRARY_MISSING);
        assertThat(d.reason()).contains("AMD driver", "/nowhere/libamdhip64.so");
    }

    /** The driver has the card, ONNX Runtime does not see it. */
    @Test
    void aCardThatTheProviderDoesNotFindSaysWhereOnnxRuntimeLooks() {
        DetectedDevice d = climbed("amdnone", StubLibrary.of("stub_provider.c", "MIGRAPHX", "NONE"));
        assertThat(d.rung()).isEqualTo(Rung.NO_DEVICE);
        assertThat(d.reason()).contains("The driver finds it but the provider", "/sys/class/drm", "/dev/kfd");
        assertThat(d.provider()).isEmpty();
    }

    @Test
    void aProviderThatRefusesOrComputesWronglyIsNotReady() {
        Map.of("REFUSE", "The stub refuses to be used.", "WRONG", "1.0 + 0.25 gave 2.25.")
                .forEach((kind, reason) -> {
                    DetectedDevice d = climbed(
                            "amd" + kind.toLowerCase(java.util.Locale.ROOT),
                            StubLibrary.of("stub_provider.c", "MIGRAPHX", kind));
                    assertThat(d.rung()).isEqualTo(Rung.SMOKE_FAILED);
                    assertThat(d.reason()).contains(reason);
                });
    }

    @Test
    void aCardThatComputesIsReady() {
        DetectedDevice d = climbed("rocm", StubMigraphx.provider());
        assertThat(d.rung()).as(d.reason()).isEqualTo(Rung.READY);
        assertThat(d.reason()).contains("agentopt.rocm ran a model");
        assertThat(d.provider()).isPresent();
    }

    /** AMD's provider goes by an option, not by the device that a session is given. */
    @Test
    void sessionsOnTheSecondCardSayItsNumber() {
        var device = StubMigraphx.device(StubMigraphx.provider());
        assertThat(GpuFamily.ROCM.on(device, 1).options()).containsEntry("device_id", "1");
        assertThat(GpuFamily.ROCM.on(device, 0).options()).isEmpty();
        assertThat(GpuFamily.CUDA.on(device, 1).options()).isEmpty();
    }
}
