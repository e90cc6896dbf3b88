package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.RowFunction;
import io.agentopt.mlir.ffi.KernelEntry;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

@RequiresCodegen
@SuppressWarnings("MustBeClosedChecker")
class LoadedObjectTest {
    private static final String ENTRY = "agentopt_one.entry";
    private static final CpuCode ONE = new CpuCompiler(CpuTarget.host()).object("""
                    func.func @agentopt_one(%begin: index, %end: index, %x: memref<?xf32>) {
                      %c1 = arith.constant 1 : index
                      %one = arith.constant 1.0 : f32
                      scf.for %i = %begin to %end step %c1 {
                        memref.store %one, %x[%i] : memref<?xf32>
                      }
                      return
                    }
                    """, "one");

    @Test
    void onlyTheRowsAskedForAreComputed() {
        try (Arena arena = Arena.ofConfined();
                LoadedObject code = LoadedObject.load(ONE, ENTRY)) {
            Buffer x = Buffer.allocate(arena, ElementType.F32, 6);
            function(code).run(2, 5, x);
            assertThat(x.toFloatArray()).containsExactly(0, 0, 1, 1, 1, 0);
        }
    }

    @Test
    void codeIsReadBackFromItsSealedForm() {
        CpuCode back = CpuCode.ofBytes(ONE.toBytes(), "one");
        assertThat(back).isEqualTo(ONE);
        LoadedObject.load(back, ENTRY).close();
    }

    /** A changed byte of an object file once ended the process when it was loaded. */
    @Test
    void damageIsFoundBeforeTheLoaderSeesIt() {
        byte[] whole = ONE.toBytes();
        for (int length = 0; length < whole.length; length += 97) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> CpuCode.ofBytes(part, "one"))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        SplittableRandom random = new SplittableRandom(30);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> CpuCode.ofBytes(flipped, "one"))
                    .as("byte %d", at)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void bytesThatAreNoObjectFile() {
        CpuCode none = Codes.cpu("x86-64", "", new byte[] {1, 2, 3});
        assertThatThrownBy(() -> LoadedObject.load(none, ENTRY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be loaded");
    }

    /** An instruction that the processor lacks ends the process. */
    @Test
    void codeForARicherProcessorIsNotLoaded() {
        CpuCode future = Codes.cpu("quantum9", "+avx2,+teleport", ONE.object());
        assertThatThrownBy(() -> LoadedObject.load(future, ENTRY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The code with '" + ENTRY + "' is for quantum9, and this ")
                .hasMessageEndingWith(" lacks teleport. Compile the kernel on this machine.");
    }

    @Test
    void aFunctionThatIsNotThere() {
        assertThatThrownBy(() -> LoadedObject.load(ONE, "agentopt_two.entry"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("agentopt_two.entry");
    }

    @Test
    void codeThatWouldAllocateIsRefused() {
        String mlir = """
                func.func @agentopt_k(%begin: index, %end: index, %x: memref<?xf32>) {
                  %m = memref.alloc(%end) : memref<?xf32>
                  memref.copy %x, %m : memref<?xf32> to memref<?xf32>
                  %v = memref.load %m[%begin] : memref<?xf32>
                  memref.store %v, %x[%begin] : memref<?xf32>
                  func.call @puts(%m) : (memref<?xf32>) -> ()
                  return
                }
                func.func private @puts(memref<?xf32>)
                """;
        CpuCode object = Codes.unchecked(mlir);
        assertThatThrownBy(() -> LoadedObject.load(object, "agentopt_k.entry"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("malloc");
    }

    @Test
    void closedCodeIsNotCalled() {
        try (Arena arena = Arena.ofConfined()) {
            Buffer x = Buffer.allocate(arena, ElementType.F32, 1);
            LoadedObject code = LoadedObject.load(ONE, ENTRY);
            RowFunction function = function(code);
            code.close();
            code.close();
            assertThatThrownBy(() -> function.run(0, 1, x)).isInstanceOf(IllegalStateException.class);
            assertThat(x.getFloat(0)).isZero();
        }
    }

    @Test
    void aBufferThatWasFreedIsNotWritten() {
        Arena arena = Arena.ofConfined();
        Buffer x = Buffer.allocate(arena, ElementType.F32, 1);
        arena.close();
        try (LoadedObject code = LoadedObject.load(ONE, ENTRY)) {
            assertThatThrownBy(() -> function(code).run(0, 1, x)).isInstanceOf(IllegalStateException.class);
        }
    }

    private static RowFunction function(LoadedObject code) {
        return new CpuRowFunction(KernelEntry.of(code.entry(), 1), 1);
    }
}
