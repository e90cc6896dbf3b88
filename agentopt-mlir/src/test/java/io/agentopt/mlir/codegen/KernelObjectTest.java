package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.kernels.Softmax;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Objects linked in Java; that they compute what others do is in the tests of the kernels, one origin of which they are. */
@RequiresCodegen
class KernelObjectTest {
    private static final String ENTRY = "agentopt_softmax.entry";
    private static final KernelSpec SPEC = KernelSpec.of("softmax").with("columns", 8);
    private static final CpuCode CODE =
            new CpuKernelCompiler(new CpuCompiler(CpuTarget.host()), KernelCache.ofUser()).object(new Softmax(), SPEC);
    private static final byte[] SOFTMAX = CODE.object();

    private static KernelObject link(byte[] object) {
        return KernelObject.link(object, ENTRY, Map.of());
    }

    @Test
    void whatIsNoKernelIsRefusedWithItsReason() {
        for (byte[] none :
                List.of(new byte[0], new byte[64], "no object".repeat(20).getBytes(StandardCharsets.UTF_8)))
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> link(none))
                    .withMessageContaining("no relocatable ELF object for x86-64");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KernelObject.link(SOFTMAX, "agentopt_cosine.entry", Map.of()))
                .withMessageContaining("no function 'agentopt_cosine.entry'");
    }

    @Test
    void whatKernelsDoNotHaveIsRefused() {
        CpuCompiler compiler = new CpuCompiler(CpuTarget.host());
        CpuCode callsOut = compiler.object("""
                func.func @agentopt_softmax(%begin: index, %end: index, %x: memref<?xf32>) {
                  %c = arith.constant 0.3 : f32
                  scf.for %i = %begin to %end step %begin {
                    %v = memref.load %x[%i] : memref<?xf32>
                    %p = math.powf %v, %c : f32
                    memref.store %p, %x[%i] : memref<?xf32>
                  }
                  return
                }
                """, "calls out");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> link(callsOut.object()))
                .withMessageContaining("it needs 'powf', which is not in it");
    }

    @Test
    void aDamagedObjectIsRefusedOrStaysWithinItsImage() {
        for (int length = 0; length < SOFTMAX.length; length += 13) {
            byte[] part = Arrays.copyOf(SOFTMAX, length);
            try { // of the last header not every field matters
                assertThat(link(part).image()).isEqualTo(link(SOFTMAX).image());
                assertThat(length).isGreaterThan(SOFTMAX.length - 64);
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageContaining("cannot be linked");
            }
        }
        Random random = new Random(11);
        int linked = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = SOFTMAX.clone();
            for (int k = random.nextInt(4); k >= 0; k--)
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            try {
                KernelObject object = link(damaged);
                assertThat(object.entry()).isBetween(0, object.image().length);
                linked++;
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageContaining("cannot be linked");
            }
        }
        assertThat(linked).isBetween(1, 19_999);
    }

    @Test
    void aKernelThatWasNotCompiledBeforeStaysWithItsReference() {
        try (Kernels kernels = Kernels.compiledBy(() -> new ObjectKernels(Map.of(SPEC, CODE)), KernelCatalog.all())) {
            assertThat(kernels.compiled(SPEC).origin()).isEqualTo(Kernel.Origin.COMPILED);
            KernelSpec other = SPEC.with("columns", 9);
            assertThatThrownBy(() -> kernels.compiled(other))
                    .hasMessageContaining("Kernel 'softmax{columns=9}' was not compiled before");
            assertThat(kernels.of(other).origin()).isEqualTo(Kernel.Origin.REFERENCE);
        }
    }

    @Test
    void featuresAreKnownByLlvmsNames() {
        ProcessorFeatures old = new ProcessorFeatures(Set.of("lm", "fpu", "sse4_1", "pni", "avx", "bmi1"));
        assertThat(old.lacks("+64bit,+x87,+sse4.1,+sse3,+avx,+bmi,-avx512f,+sha"))
                .isEmpty();
        assertThat(old.lacks("+avx2,+avx,+avx512vnni,+what-is-new"))
                .containsExactly("avx2", "avx512vnni", "what-is-new");
        assertThat(ObjectKernels.runsHere("")).isFalse();
        assertThat(ObjectKernels.runsHere("+64bit,+what-is-new")).isFalse();
        assertThat(ProcessorFeatures.here().lacks(CpuTarget.host().needs()))
                .as("what LLVM says that this processor has, and Linux does not")
                .isEmpty();
    }
}
