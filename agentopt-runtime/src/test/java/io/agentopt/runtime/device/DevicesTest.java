package io.agentopt.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevicesTest {
    @TempDir
    Path folder;

    @AfterEach
    void reset() {
        System.clearProperty(GpuFamily.CUDA.property());
        System.clearProperty(GpuFamily.ROCM.property());
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    @Test
    void theCpuIsReadyAndDescribed() {
        DetectedDevice cpu = Devices.detect().getFirst();
        assertThat(cpu.id()).isEqualTo("cpu");
        assertThat(cpu.rung()).as(cpu.reason()).isEqualTo(Rung.READY);
        assertThat(cpu.details())
                .containsEntry("cores", Integer.toString(Runtime.getRuntime().availableProcessors()))
                .containsKeys("arch", "isa", "onnxruntime");
        assertThat(cpu.memoryBytes()).isGreaterThan(1L << 26).isLessThan(1L << 50);
        assertThat(cpu.name()).isNotBlank();
        assertThat(cpu.provider()).isEmpty();
    }

    @Test
    void aFamilyWithoutProviderIsNotConfiguredAndSaysTheWay() {
        List<DetectedDevice> gpus = Devices.detect().stream()
                .filter(d -> d.kind() == DetectedDevice.Kind.GPU)
                .toList();
        assertThat(gpus).hasSizeGreaterThanOrEqualTo(2);
        for (DetectedDevice d : gpus) {
            assertThat(d.rung()).isEqualTo(Rung.NOT_CONFIGURED);
            assertThat(d.reason()).contains("Set the property agentopt." + d.id().replaceAll(":.*", "") + ".provider");
        }
    }

    private static DetectedDevice gpu(GpuFamily family, Path provider) {
        System.setProperty(family.property(), provider.toString());
        return new GpuProbe(family).climb(stage -> {}).getFirst();
    }

    @Test
    void aProviderThatIsNoneStopsWithTheReason() throws Exception {
        for (GpuFamily family : List.of(GpuFamily.CUDA, GpuFamily.ROCM)) {
            DetectedDevice missing = gpu(family, folder.resolve("none.so"));
            assertThat(missing.rung()).isEqualTo(Rung.LIBRARY_MISSING);
            assertThat(missing.reason()).contains("none.so").contains(family.property());
            DetectedDevice text = gpu(
                    family,
                    Files.writeString(
                            folder.resolve("text.so"), "This is no library, and long enough to have a header."));
            assertThat(text.rung()).isEqualTo(Rung.INIT_FAILED);
            assertThat(text.reason()).contains("text.so");
            DetectedDevice folderItself = gpu(family, folder);
            assertThat(folderItself.rung()).isEqualTo(Rung.LIBRARY_MISSING);
        }
    }

    @Test
    void aLibraryThatIsNoProviderStopsWithTheReason() throws Exception {
        List<Path> places = List.of(
                Path.of("/lib/x86_64-linux-gnu"),
                Path.of("/usr/lib/x86_64-linux-gnu"),
                Path.of("/lib64"),
                Path.of("/usr/lib/aarch64-linux-gnu"));
        Path library = places.stream()
                .flatMap(p -> Stream.of(p.resolve("libz.so.1"), p.resolve("libm.so.6")))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(folder);
        assumeTrue(!library.equals(folder), "skipped: no libz or libm found on this system");
        DetectedDevice found = gpu(GpuFamily.CUDA, library);
        assertThat(found.rung()).isEqualTo(Rung.INIT_FAILED);
        assertThat(found.reason()).contains(library.getFileName().toString()).contains("CreateEpFactories");
    }

    @Test
    void aDriverThatIsNotThereOrDoesNotStartStopsWithTheReason() {
        for (GpuFamily family : List.of(GpuFamily.CUDA, GpuFamily.ROCM)) {
            assertThat(DriverAnswer.of(family, new GpuDriver.Absent("The driver failed to start: stub (3).")))
                    .isEqualTo(new DriverAnswer.Stopped(Rung.INIT_FAILED, "The driver failed to start: stub (3)."));
            if (Loader.open(family.api().library()) instanceof Loader.Failed) {
                assertThat(DriverAnswer.of(family)).isInstanceOfSatisfying(DriverAnswer.Stopped.class, s -> {
                    assertThat(s.rung()).isEqualTo(Rung.LIBRARY_MISSING);
                    assertThat(s.reason())
                            .contains(family.vendor(), family.api().library());
                });
            }
        }
    }

    @Test
    void theLoadersTextNamesWhatIsMissing() {
        assertThat(Loader.failed(
                        "/opt/p.so", "libcublasLt.so.13: cannot open shared object file: No such file or directory"))
                .isEqualTo(new Loader.Failed(
                        Rung.DEPENDENCY_MISSING,
                        "The library /opt/p.so needs libcublasLt.so.13, which is not there."
                                + " Install it or add its folder to LD_LIBRARY_PATH."));
        assertThat(Loader.failed(
                                "libcuda.so.1",
                                "libcuda.so.1: cannot open shared object file: No such file or directory")
                        .rung())
                .isEqualTo(Rung.LIBRARY_MISSING);
        assertThat(Loader.failed("/opt/p.so", "/opt/p.so: file too short").rung())
                .isEqualTo(Rung.INIT_FAILED);
        assertThat(Loader.open("libagentopt-nowhere.so.1"))
                .isInstanceOfSatisfying(
                        Loader.Failed.class, f -> assertThat(f.rung()).isEqualTo(Rung.LIBRARY_MISSING));
    }
}
