package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.ffi.RequiresCodegen;
import io.agentopt.mlir.ir.MlirException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be said of GPU code without a GPU. */
@RequiresCodegen
class GpuCompilerTest {
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

    @ParameterizedTest
    @CsvSource({"sm_80, 7.0", "sm_90, 7.8", "sm_100, 8.6"})
    void ptxNeedsNoDeviceLibraryAndLoads16BytesALane(String chip, String version) throws IOException {
        String ptx = new GpuCompiler(new GpuTarget.Nvidia(chip)).assembly(expSum(), "exp_sum");
        assertThat(ptx)
                .contains(".version " + version)
                .contains(".target " + chip)
                .contains(".visible .entry exp_sum_kernel(")
                .contains("ld.global.v4")
                .contains("shfl.sync.bfly")
                .contains("ex2.approx")
                .doesNotContain("__nv_")
                .doesNotContain(".extern");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gfx90a", "gfx942"})
    void amdAssemblyObjectBitcodeAndCodeObject(String chip) throws IOException {
        GpuCompiler compiler = new GpuCompiler(new GpuTarget.Amd(chip));
        assertThat(compiler.assembly(expSum(), "exp_sum"))
                .contains("amdgcn-amd-amdhsa--" + chip)
                .contains("global_load_dwordx4")
                .contains("v_exp_f32")
                .contains(".wavefront_size: 64")
                .doesNotContain("__ocml_");
        byte[] object = compiler.relocatable(expSum(), "exp_sum");
        assertThat(object).startsWith(ELF);
        assertThat(compiler.bitcode(expSum(), "exp_sum")).startsWith('B', 'C', 0xC0, 0xDE);
        var linker = CodeObjectLinker.find();
        Assumptions.assumeTrue(linker.isPresent(), "SKIPPED: no ld.lld on this machine");
        byte[] linked = linker.get().link(object);
        assertThat(linked).startsWith(ELF);
        assertThat((int) linked[16]).as("ELF type: shared object").isEqualTo(3);
    }

    @Test
    void theLinkerSaysWhatIsWrong() {
        var linker = CodeObjectLinker.find();
        Assumptions.assumeTrue(linker.isPresent(), "SKIPPED: no ld.lld on this machine");
        assertThatThrownBy(() -> linker.get().link("hello".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("refused the file");
    }

    @Test
    void chipsThatAreNotCompiledForAreNamed() {
        assertThatThrownBy(() -> new GpuTarget.Nvidia("sm_20"))
                .hasMessage(
                        "'sm_20' is no NVIDIA GPU that kernels are compiled for; those are [sm_100, sm_80, sm_90].");
        assertThatThrownBy(() -> new GpuTarget.Amd("gfx1")).hasMessageContaining("[gfx90a, gfx942]");
    }

    @ParameterizedTest
    @CsvSource({
        "sm_80, sm_80",
        "sm_86, sm_80",
        "sm_89, sm_80",
        "sm_90, sm_90",
        "sm_100, sm_100",
        "sm_103, sm_100",
        "sm_121, sm_100",
        "gfx90a, gfx90a",
        "gfx942, gfx942"
    })
    void aDevicesArchitectureChoosesTheChip(String architecture, String chip) {
        assertThat(GpuTarget.of(architecture).chip()).isEqualTo(chip);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sm_75", "gfx1100", ""})
    void anArchitectureThatNoCodeIsMadeForIsNamed(String architecture) {
        assertThatThrownBy(() -> GpuTarget.of(architecture))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + architecture + "' is no");
    }

    @Test
    void aModuleWithoutKernelsIsRefused() {
        GpuCompiler compiler = new GpuCompiler(new GpuTarget.Nvidia("sm_90"));
        assertThatThrownBy(() -> compiler.assembly("func.func @f() { return }", "k"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("0 gpu.module ops");
    }

    @Test
    void aFunctionOfTheDeviceLibraryThatHasNoDefinitionIsNamed() {
        String mlir = """
                gpu.module @m {
                  llvm.func @__nv_j0f(f32) -> f32
                  gpu.func @k(%x: memref<1xf32>) kernel {
                    %i = arith.constant 0 : index
                    %v = memref.load %x[%i] : memref<1xf32>
                    %r = llvm.call @__nv_j0f(%v) : (f32) -> f32
                    memref.store %r, %x[%i] : memref<1xf32>
                    gpu.return
                  }
                }
                """;
        assertThatThrownBy(() -> Codes.unchecked(mlir, new GpuTarget.Nvidia("sm_90")))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("vendor's device library");
    }

    @Test
    void objectFilesAreForAmd() {
        assertThatThrownBy(() -> new GpuCompiler(new GpuTarget.Nvidia("sm_90")).relocatable("", "k"))
                .isInstanceOf(IllegalStateException.class);
    }

    private static String expSum() throws IOException {
        try (InputStream in = GpuCompilerTest.class.getResourceAsStream("/kernels/exp_sum.mlir")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
