package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.ffi.RequiresCodegen;
import io.agentopt.mlir.ir.MlirException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Kernels that would crash the compiler, keep it busy for hours, or reach out of what kernels may do. */
@RequiresCodegen
class HostileKernelTest {
    private static final CpuCompiler COMPILER = new CpuCompiler(CpuTarget.host());

    /** In the body of a kernel: what stands there, and what the refusal says of it. */
    static Stream<Arguments> bodies() {
        return Stream.of(
                of("%v = arith.constant dense<0.0> : vector<1048576xf32>", "a vector of more than 1024 elements"),
                of("%v = arith.constant dense<0.0> : vector<64x64x64xf32>", "a vector of more than 1024 elements"),
                of("%v = arith.constant dense<0.0> : vector<[4]xf32>", "a vector of unknown length"),
                of("%v = arith.constant dense<0.0> : vector<1x1x1x1x1x1x1x1x1xf32>", "a vector of more than"),
                of("%v = arith.constant 0 : i65", "integers have 1 to 64 bits"),
                of("%v = arith.constant 0 : i1000", "integers have 1 to 64 bits"),
                of("%v = arith.constant 0.0 : f128", "f16, bf16, f32 and f64 are there"),
                of("%v = arith.constant 0.0 : f8E4M3FN", "f16, bf16, f32 and f64 are there"),
                of("%v = arith.constant dense<0.0> : tensor<1000000000xf32>", "a value of type"),
                of("%m = memref.alloca() : memref<1000000000xf32>", "more than 524288 bytes on the stack"),
                of(
                        "%m = memref.alloca() : memref<9223372036854775807x9223372036854775807xf32>",
                        "a memref of more than 70368744177664 bytes"),
                of("%m = memref.alloca() {alignment = 1073741824 : i64} : memref<4xf32>", "an alignment"),
                of("%m = memref.alloca() : memref<4xf32, 257>", "a memory space"),
                of("%m = memref.alloca() : memref<4xf32, affine_map<(d) -> (d mod 3)>>", "a map for a layout"),
                of("%m = memref.alloca() : memref<1x1x1x1x1x1x1x1x1xf32>", "a memref of more than 8 dimensions"),
                of("%m = memref.alloc(%begin) : memref<?xf32>", "'memref.alloc'"),
                of("memref.dealloc %x : memref<?xf32>", "'memref.dealloc'"),
                of("%c = memref.cast %x : memref<?xf32> to memref<*xf32>", "a value of type 'memref<*xf32>'"),
                of("llvm.inline_asm has_side_effects \"ud2\", \"\" : () -> ()", "'llvm.inline_asm'"),
                of("llvm.inline_asm \".incbin \\\"/etc/passwd\\\"\", \"\" : () -> ()", "'llvm.inline_asm'"),
                of("llvm.unreachable", "'llvm.unreachable'"),
                of("\"llvm.intr.trap\"() : () -> ()", "'llvm.intr.trap'"),
                of("%p = llvm.mlir.zero : !llvm.ptr", "'llvm.mlir.zero'"),
                of("llvm.call_intrinsic \"llvm.x86.rdtsc\"() : () -> (i64)", "'llvm.call_intrinsic'"),
                of("%t = arith.constant true cf.assert %t, \"no\"", "'cf.assert'"),
                of("vector.print str \"hello\"", "'vector.print'"),
                of("gpu.printf \"hello\"", "'gpu.printf'"),
                of("%s = shape.const_shape [1] : !shape.shape", "not a valid module"),
                of("scf.execute_region { cf.br ^a\n ^a: cf.br ^a }", "'scf.execute_region'"),
                of("%f = func.constant @agentopt_k : (index, index, memref<?xf32>) -> ()", "'func.constant'"),
                of("func.call @agentopt_k(%begin, %end, %x) : (index, index, memref<?xf32>) -> ()", "calls itself"),
                of("func.call @puts() : () -> ()", "not a valid module"),
                of("%v = affine.apply affine_map<(d) -> (d floordiv 0)>(%begin)", "no positive constant"),
                of("%v = affine.apply affine_map<(d)[s] -> (d mod s)>(%begin)[%end]", "no positive constant"),
                of(
                        "%v = affine.apply affine_map<(d) -> (" + "d + 3 * (d floordiv 2) + ".repeat(80)
                                + "d)>(%begin)",
                        "a map of more than"),
                of("%z = \"nothing.such\"(%begin) : (index) -> index", "not a valid module"),
                of(repeated(10_001, "%%a%d = arith.constant %d : index\n"), "more than 10000 operations"),
                of(
                        repeated(400, "%%a%d = arith.constant dense<%d.0> : vector<1024xf32>\n"),
                        "elements in all operations"),
                of("%m = memref.get_global @none : memref<4xf32>", "not a valid module"));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void whatNoKernelHasIsRefused(String body, String why) {
        refused(kernel(body), why);
    }

    /** Modules: what stands beside the kernel. */
    static Stream<Arguments> modules() {
        return Stream.of(
                of("func.func private @puts(memref<?xf32>)", "that is declared and not defined"),
                of("func.func @memcpy() { return }", "which is a function of the C library"),
                of("func.func @expf(%x: f32) -> f32 { return %x : f32 }", "which is a function of the C library"),
                of("func.func @__cxa_throw() { return }", "which is a function of the C library"),
                of("func.func @\"llvm.trap\"() { return }", "names are letters, digits and _"),
                of("func.func @\"a\\0A\\00\"() { return }", "names are letters, digits and _"),
                of("func.func @a() attributes {llvm.emit_c_interface} { return }", "llvm.emit_c_interface"),
                of("func.func @a() attributes {passthrough = [\"naked\"]} { return }", "'passthrough'"),
                of("func.func @a() attributes {passthrough = [[\"target-cpu\", \"z80\"]]} { return }", "'passthrough'"),
                of("func.func @a() attributes {section = \".init_array\"} { return }", "the attribute 'section'"),
                of("func.func @a() attributes {CConv = #llvm.cconv<fastcc>} { return }", "an attribute of 'llvm'"),
                of("func.func @a(%x: i32 {llvm.signext}) { return }", "at a function's arguments"),
                of("func.func @a(%x: !llvm.ptr) { return }", "a value of type '!llvm.ptr'"),
                of("func.func @a(%x: tuple<i32>) { return }", "a value of type 'tuple<i32>'"),
                of("func.func @a(%x: complex<f32>) { return }", "a value of type 'complex<f32>'"),
                of("func.func @a(%x: () -> ()) { return }", "a value of type '() -> ()'"),
                of("memref.global \"private\" @g : memref<4xf32>", "a global without a value"),
                of("memref.global \"private\" @g : memref<4xf32> = uninitialized", "a global without a value"),
                of(
                        "memref.global \"private\" constant @g : memref<1000000000xf32> = dense<0.0>",
                        "globals of more than 16777216 bytes"),
                of("memref.global @malloc : memref<1xf32> = dense<0.0>", "which is a function of the C library"),
                of("llvm.mlir.global external @g() : i32", "'llvm.mlir.global'"),
                of("llvm.func @abort()", "'llvm.func'"),
                of("llvm.module_flags []", "'llvm.module_flags'"),
                of(
                        "func.func @a() { call @b() : () -> () return }\nfunc.func @b() { call @a() : () -> () return }",
                        "recursion not allowed"), // MLIR's, where there are schedules
                of(doubling(40), "operations with its calls written out"),
                of("func.func @a() { cf.br ^b\n^b: cf.br ^b }", "a region of several blocks"),
                of("""
                        transform.named_sequence @schedule_cpu(%m: !transform.any_op) {
                        %f = transform.apply_registered_pass "canonicalize" to %m : (!transform.any_op) -> !transform.any_op
                        transform.yield }""", "'transform.apply_registered_pass'"),
                of(
                        "transform.named_sequence @schedule_cpu(%m: !transform.any_op) { %c = arith.constant false transform.yield }",
                        "'arith.constant' here: schedules stand by themselves"),
                of(
                        "func.func @a(%x: !transform.any_op) { transform.loop.unroll %x {factor = 2 : i64} : !transform.any_op return }",
                        "schedules stand by themselves"),
                of(unroll(1_000_000), "a loop unrolled by other than 1 to 64"));
    }

    @ParameterizedTest
    @MethodSource("modules")
    void whatNoModuleOfAKernelHasIsRefused(String beside, String why) {
        refused("module attributes {transform.with_named_sequence} {\n" + beside + "\n" + kernel("") + "}", why);
    }

    @Test
    void aScheduleThatUnrollsAgainAndAgainIsRefused() {
        String schedule = unroll(64);
        String line =
                schedule.lines().filter(l -> l.contains("unroll")).findFirst().orElseThrow();
        refused(
                "module attributes {transform.with_named_sequence} {\n"
                        + schedule.replace(line, (line + "\n").repeat(4))
                        + kernel("%c = arith.constant 1 : index\nscf.for %i = %begin to %end step %c { }") + "}",
                "the schedule may make more than 100000 operations");
    }

    @Test
    void functionsThatCallEachOtherAreRefused() {
        refused(
                "func.func @a() { call @b() : () -> () return }\nfunc.func @b() { call @a() : () -> () return }\n"
                        + kernel(""),
                "calls itself");
    }

    /** Folding a dimension that there is not ended the process: the reader of the constant may be far from it. */
    @Test
    void aDimensionThatThereIsNotIsRefused() {
        for (String index : new String[] {"-1", "1", "9223372036854775807"})
            refused(
                    kernel("%c = arith.constant " + index + " : index\n%d = memref.dim %x, %c : memref<?xf32>"),
                    "memref.dim");
        refused(
                kernel("%d = memref.dim %x, %begin : memref<?xf32>"),
                "'memref.dim' of a dimension that is no constant");
    }

    /** MLIR's parser ended the process, with a module of some size. */
    @Test
    void aValueThatIsDefinedBehindItsUseIsRefused() {
        for (String body : new String[] {
            "scf.if %t {\n %t = arith.constant true\n}",
            "%c = arith.constant 1 : index\nscf.for %i = %begin to %n step %c {\n %n = arith.constant 1 : index\n}",
            "%c = arith.constant 1 : index\nscf.for %i = %begin to %end step %c {\n}\n"
                    + "scf.for %j = %begin to %i step %c {\n%i = arith.constant 1 : index\n}",
            "scf.while (%a = %b) : (i1) -> i1 {\nscf.condition(%a) %a : i1\n} do {\n^bb0(%b: i1):\nscf.yield %b : i1\n}"
        }) refused(kernel(body), "is used before it is defined");
        refused(
                kernel("%t = scf.if %t -> (i1) {\n%t = arith.constant true\nscf.yield %t : i1\n}"),
                "%t is defined twice");
        assertThatThrownBy(() -> COMPILER.object(kernel("scf.if %t {\n %t = arith.constant true\n}"), "bad"))
                .hasMessage("'bad' is not a valid module. It is refused at bad:2:8: %t is used before it is defined.");
    }

    @Test
    void theRefusalSaysWhere() {
        assertThatThrownBy(() -> COMPILER.object(kernel("gpu.printf \"hello\""), "bad.mlir"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("'bad.mlir' is no kernel that is compiled.")
                .hasMessageContaining("bad.mlir:2:1")
                .hasMessageContaining("a kernel may not have 'gpu.printf'");
    }

    @Test
    void aGpusCompilerRefusesTheSame() {
        GpuCompiler gpu = new GpuCompiler(new GpuTarget.Nvidia("sm_90"));
        String mlir = kernel("llvm.inline_asm has_side_effects \"trap;\", \"\" : () -> ()");
        assertThatThrownBy(() -> gpu.rows(mlir, "k")).hasMessageContaining("'llvm.inline_asm'");
        assertThatThrownBy(() -> gpu.kernel(mlir, "k")).hasMessageContaining("'llvm.inline_asm'");
        assertThatThrownBy(() -> gpu.assembly(mlir, "k")).hasMessageContaining("'llvm.inline_asm'");
    }

    /** The largest that is let through ends, and fast enough that nobody thinks it hangs. */
    @Test
    void whatIsJustAllowedCompiles() {
        String wide = "%v = arith.constant dense<1.0> : vector<1024xf32>\n"
                + repeated(100, "%%a%d = arith.addf %%v, %%v : vector<1024xf32>\n");
        assertThat(COMPILER.object(kernel(wide), "k").object()).isNotEmpty();
        String deep = "%c = arith.constant 1 : index\n" + repeated(40, "scf.for %%i%d = %%begin to %%end step %%c {\n")
                + "}\n".repeat(40);
        assertThat(COMPILER.object(kernel(deep), "k").object()).isNotEmpty();
    }

    private static void refused(String mlir, String why) {
        assertThatThrownBy(() -> COMPILER.object(mlir, "k"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining(why);
    }

    private static String kernel(String body) {
        return "func.func @agentopt_k(%begin: index, %end: index, %x: memref<?xf32>) {\n" + body + "\nreturn\n}\n";
    }

    private static String repeated(int times, String line) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < times; i++) text.append(line.formatted(i, i));
        return text.toString();
    }

    private static String doubling(int levels) {
        StringBuilder text = new StringBuilder("func.func @f0() { return }\n");
        for (int i = 1; i <= levels; i++)
            text.append("func.func @f%d() { call @f%d() : () -> () call @f%d() : () -> () return }%n"
                    .formatted(i, i - 1, i - 1));
        return text.toString();
    }

    private static String unroll(int factor) {
        return "transform.named_sequence @schedule_cpu(%m: !transform.any_op {transform.readonly}) {\n"
                + "%f = transform.structured.match ops{[\"scf.for\"]} in %m : (!transform.any_op) -> !transform.any_op\n"
                + "transform.loop.unroll %f {factor = " + factor + " : i64} : !transform.any_op\n"
                + "transform.yield }\n";
    }

    private static Arguments of(String mlir, String why) {
        return Arguments.of(mlir, why);
    }
}
