package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Kernels over rows become code objects that AMD's drivers load: complete, for the right chip, with the kernel's symbols. */
@RequiresCodegen
class GpuLinkTest {
    private static final int TYPE = 16; // offsets in the header of an ELF file of 64 bits
    private static final int MACHINE = 18;
    private static final int FLAGS = 48;
    private static final int SHARED_OBJECT = 3;
    private static final int AMDGPU = 224;

    /** The lowest byte of the flags: which chip. */
    private static int chip(String name) {
        return switch (name) {
            case "gfx90a" -> 0x3f;
            case "gfx942" -> 0x4c;
            default -> throw new IllegalArgumentException(name);
        };
    }

    static Stream<Arguments> kernels() {
        return GpuRowsTest.catalog().flatMap(d -> Stream.of("gfx90a", "gfx942").map(chip -> Arguments.of(d, chip)));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void everyKernelOfTheCatalogLinks(KernelDefinition definition, String chip) {
        KernelSpec spec = GpuRowsTest.typical(definition);
        GpuTarget target = new GpuTarget.Amd(chip);
        GpuCode code = GpuRowsTest.compile(definition, spec, target);
        assertThat(code.threads() % target.wave()).isZero();
        assertThat(code.rowsPerBlock()).isBetween(1, code.threads());
        byte[] linked = linker().link(code.image());
        ByteBuffer header = ByteBuffer.wrap(linked).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(header.getShort(TYPE)).isEqualTo((short) SHARED_OBJECT);
        assertThat(header.getShort(MACHINE)).isEqualTo((short) AMDGPU);
        assertThat(header.getInt(FLAGS) & 0xff).isEqualTo(chip(chip));
        String function = "agentopt_" + definition.name();
        assertThat(new String(linked, StandardCharsets.ISO_8859_1))
                .contains("\0" + function + "\0", "\0" + function + ".kd\0")
                .as("the driver is asked for the number of blocks")
                .contains("hidden_block_count_x");
    }

    /** They were calls of AMD's device library, which is on no user's machine: no code object could have been loaded. */
    @Test
    void numbersOfBlocksAndThreadsNeedNoDeviceLibrary() {
        byte[] object = new GpuCompiler(new GpuTarget.Amd("gfx90a")).relocatable("""
                gpu.module @m {
                  gpu.func @k(%x: memref<?xindex>) kernel {
                    %zero = arith.constant 0 : index
                    %blocks = gpu.grid_dim y
                    %threads = gpu.block_dim z
                    %n = arith.muli %blocks, %threads : index
                    memref.store %n, %x[%zero] : memref<?xindex>
                    gpu.return
                  }
                }
                """, "k");
        assertThat(linker().link(object)).startsWith(0x7f, 'E', 'L', 'F');
    }

    /** A driver would refuse it, without saying what is missing. */
    @Test
    void aFunctionThatIsNowhereIsRefusedByTheLinker() {
        byte[] object = Codes.unchecked("""
                gpu.module @m {
                  llvm.func @elsewhere()
                  gpu.func @k() kernel {
                    llvm.call @elsewhere() : () -> ()
                    gpu.return
                  }
                }
                """, new GpuTarget.Amd("gfx942"));
        assertThatThrownBy(() -> linker().link(object))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("elsewhere");
    }

    private static CodeObjectLinker linker() {
        var found = CodeObjectLinker.find();
        Assumptions.assumeTrue(found.isPresent(), "SKIPPED: no ld.lld on this machine");
        return found.get();
    }
}
