package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.mlir.ffi.KernelEntry;
import io.agentopt.mlir.ffi.RequiresCodegen;
import io.agentopt.mlir.ir.MlirException;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

@RequiresCodegen
class CpuCompilerTest {
    private static final String EXP = """
            func.func @agentopt_exp(%begin: index, %end: index, %x: memref<?xf32>, %y: memref<?xf32>) {
              %c1 = arith.constant 1 : index
              scf.for %i = %begin to %end step %c1 {
                %v = memref.load %x[%i] : memref<?xf32>
                %e = math.exp %v : f32
                memref.store %e, %y[%i] : memref<?xf32>
              }
              return
            }
            """;

    private final CpuCompiler compiler = new CpuCompiler(CpuTarget.host());

    @Test
    void textThatIsNoModuleIsLocated() {
        assertThatThrownBy(() -> compiler.object("func.func @f() {\n  %x = nothing\n}", "k.mlir"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("'k.mlir' is not a valid module")
                .hasMessageContaining("k.mlir:2:");
    }

    @Test
    void textThatNestsWithoutEndIsRefused() {
        assertThatThrownBy(() -> compiler.object("(".repeat(100_000), "k"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("nests deeper");
    }

    @Test
    void numbersWithoutEndAreRefused() {
        assertThatThrownBy(() -> compiler.object("module attributes {x.a = " + "9".repeat(2_000_000) + "} {}", "k"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("a number has 2000000 digits");
    }

    @Test
    void aModuleWithoutKernelsIsRefused() {
        assertThatThrownBy(() -> compiler.object("func.func @other(%x: index) { return }", "k"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("the module has no kernel");
    }

    @Test
    void anOpWithoutLoweringIsNamed() {
        String mlir = "func.func @agentopt_k(%b: index, %e: index) { gpu.barrier return }";
        assertThatThrownBy(() -> compiler.object(mlir, "k"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("gpu.barrier");
    }

    @Test
    void anUnknownProcessorIsNamed() {
        assertThatThrownBy(() -> new CpuCompiler(new CpuTarget("z80", "", 0)).object(EXP, "k"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("'z80' is no processor");
    }

    @Test
    void whereLlvmWouldEndTheProcessAnExceptionIsThrownAndTheNextCompilationWorks() {
        String mlir = """
                func.func @agentopt_k(%b: index, %e: index, %x: memref<1xf32>) {
                  %i = arith.constant 0 : index
                  %v = memref.load %x[%i] : memref<1xf32>
                  %r = llvm.call_intrinsic "llvm.nvvm.ex2.approx"(%v) : (f32) -> f32
                  memref.store %r, %x[%i] : memref<1xf32>
                  return
                }
                """;
        assertThatThrownBy(() -> Codes.unchecked(mlir))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("LLVM gave up: Cannot select");
        assertThat(compiler.object(EXP, "k").object()).isNotEmpty();
    }

    @Test
    void whatWouldOverflowTheStackIsRefused() {
        String large = """
                func.func @agentopt_k(%b: index, %e: index, %x: memref<?xf32>) {
                  %m = memref.alloca() : memref<200000xf32>
                  %v = memref.load %x[%b] : memref<?xf32>
                  memref.store %v, %m[%e] : memref<200000xf32>
                  %w = memref.load %m[%b] : memref<200000xf32>
                  memref.store %w, %x[%b] : memref<?xf32>
                  return
                }
                """;
        assertThatThrownBy(() -> compiler.object(large, "k"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("more than 524288 bytes on the stack");
        assertThatThrownBy(() -> Codes.unchecked(large))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("takes 800000 bytes from the stack");
        String growing = """
                func.func @agentopt_k(%b: index, %e: index, %x: memref<?xf32>) {
                  %c1 = arith.constant 1 : index
                  scf.for %i = %b to %e step %c1 {
                    %m = memref.alloca(%i) : memref<?xf32>
                    %v = memref.load %x[%i] : memref<?xf32>
                    memref.store %v, %m[%e] : memref<?xf32>
                    %w = memref.load %m[%b] : memref<?xf32>
                    memref.store %w, %x[%i] : memref<?xf32>
                  }
                  return
                }
                """;
        assertThatThrownBy(() -> compiler.object(growing, "k"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("from the stack in a loop");
    }

    @Test
    void loopsUseTheVectorsOfTheProcessorThatIsAskedFor() {
        assertThat(new CpuCompiler(new CpuTarget("x86-64-v4", "", 512)).assembly(EXP, "k"))
                .contains("zmm")
                .doesNotContain("expf");
        assertThat(new CpuCompiler(new CpuTarget("x86-64-v3", "", 256)).assembly(EXP, "k"))
                .contains("ymm")
                .doesNotContain("zmm");
        assertThat(new CpuCompiler(new CpuTarget("x86-64", "", 128)).assembly(EXP, "k"))
                .contains("xmm")
                .doesNotContain("ymm");
    }

    @Test
    void theExponentialIsAPolynomialWithin2UnitsInTheLastPlace() {
        float[] x = new float[20_001];
        for (int i = 0; i < x.length; i++) x[i] = (i - 10_000) * 0.0087f;
        float[] y = new float[x.length];
        try (Arena arena = Arena.ofConfined();
                LoadedObject code = LoadedObject.load(compiler.object(EXP, "exp"), "agentopt_exp.entry")) {
            Buffer in = Buffer.copyOf(arena, x);
            Buffer out = Buffer.allocate(arena, ElementType.F32, x.length);
            new CpuRowFunction(KernelEntry.of(code.entry(), 2), 2).run(0, x.length, in, out);
            y = out.toFloatArray();
        }
        double worst = 0;
        for (int i = 0; i < x.length; i++) worst = Math.max(worst, Math.abs(y[i] / Math.exp(x[i]) - 1));
        assertThat(worst).isLessThan(2.4e-7);
    }

    @Test
    void aKernelsOwnScheduleIsApplied() {
        String scheduled = """
                module attributes {transform.with_named_sequence} {
                  transform.named_sequence @schedule_cpu(%module: !transform.any_op) {
                    %loop = transform.structured.match ops{["scf.for"]} in %module : (!transform.any_op) -> !transform.op<"scf.for">
                    transform.loop.unroll %loop {factor = 4} : !transform.op<"scf.for">
                    transform.yield
                  }
                """ + EXP + "}";
        assertThat(compiler.llvmIr(scheduled, "k")).isNotEqualTo(compiler.llvmIr(EXP, "k"));
        String absent = scheduled.replace("schedule_cpu", "schedule_gpu");
        assertThat(compiler.llvmIr(absent, "k")).isEqualTo(compiler.llvmIr(EXP, "k"));
    }

    @Test
    void aScheduleThatDoesNotApplyIsAnError() {
        String scheduled = """
                module attributes {transform.with_named_sequence} {
                  transform.named_sequence @schedule_cpu(%module: !transform.any_op) {
                    %op = transform.structured.match ops{["scf.for"]} in %module : (!transform.any_op) -> !transform.any_op
                    transform.assert.no.such %op
                    transform.yield
                  }
                """ + EXP + "}";
        assertThatThrownBy(() -> compiler.object(scheduled, "k")).isInstanceOf(MlirException.class);
    }
}
