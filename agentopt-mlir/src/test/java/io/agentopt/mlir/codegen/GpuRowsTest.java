package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Parameter;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.mlir.ffi.RequiresCodegen;
import io.agentopt.mlir.ir.MlirException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Kernels over rows become code for GPUs, or are refused. {@link GpuLinkTest} is for those of AMD. */
@RequiresCodegen
class GpuRowsTest {
    private static final Pattern WIDE_LOAD = Pattern.compile("ld\\.global(\\.nc)?\\.v4");
    private static final List<GpuTarget.Nvidia> NVIDIA =
            List.of(new GpuTarget.Nvidia("sm_80"), new GpuTarget.Nvidia("sm_90"), new GpuTarget.Nvidia("sm_100"));

    /** {@return the kernels that GPUs run} */
    static Stream<KernelDefinition> catalog() {
        return KernelCatalog.all().stream();
    }

    @ParameterizedTest
    @MethodSource("catalog")
    void everyKernelOfTheCatalogCompilesForNvidia(KernelDefinition definition) {
        KernelSpec spec = typical(definition);
        for (GpuTarget.Nvidia target : NVIDIA) {
            GpuCode code = compile(definition, spec, target);
            assertThat(code.threads() % target.wave()).isZero();
            assertThat(code.rowsPerBlock()).isBetween(1, code.threads());
            String image = new String(code.image(), StandardCharsets.ISO_8859_1);
            assertThat(image)
                    .contains(".target " + target.chip())
                    .contains(".visible .entry agentopt_" + definition.name() + "(")
                    .contains("%ctaid.x")
                    .doesNotContain(".extern")
                    .doesNotContain("__nv_");
        }
    }

    /** A card ends the context when an address is no multiple of an access's size, and a test without one does not notice. */
    @ParameterizedTest
    @MethodSource("catalog")
    void arraysAreAlignedAsTheirAccessesNeed(KernelDefinition definition) {
        KernelSpec typical = typical(definition);
        List<KernelSpec> specs =
                typical.parameters().containsKey("k") ? List.of(typical, typical.with("k", 10)) : List.of(typical);
        for (KernelSpec spec : specs) {
            for (GpuTarget.Nvidia target : NVIDIA) {
                String ptx = new String(compile(definition, spec, target).image(), StandardCharsets.ISO_8859_1);
                assertThat(new PtxProgram(ptx).widerThanAligned())
                        .as("%s for %s", spec, target.chip())
                        .isEmpty();
            }
        }
    }

    @Test
    void anAccessWiderThanItsArrayIsAlignedIsFound() {
        String ptx = """
                .shared .align 8 .b8 parts[64];
                .reg .b64 %rd<4>;
                .reg .b32 %r<8>;
                mov.b64 %rd1, parts;
                $L:
                add.s64 %rd2, %rd1, %rd3;
                mov.b64 %rd1, %rd2;
                ld.shared.v2.b32 {%r1, %r2}, [%rd2+8];
                ld.shared.v4.b32 {%r1, %r2, %r3, %r4}, [%rd1];
                st.shared.v4.b32 [parts+16], {%r1, %r2, %r3, %r4};
                st.global.v4.b32 [%rd3], {%r1, %r2, %r3, %r4};
                """;
        assertThat(new PtxProgram(ptx).widerThanAligned())
                .containsExactly(
                        "parts: ld.shared.v4.b32 {%r1, %r2, %r3, %r4}, [%rd1];",
                        "parts: st.shared.v4.b32 [parts+16], {%r1, %r2, %r3, %r4};");
    }

    @Test
    void aWarpReadsARowInLoadsOf16BytesAndShuffles() {
        KernelDefinition cosine = definition("cosine");
        KernelSpec spec = KernelSpec.of("cosine").with("d", 768).with("type", "f32");
        GpuCode code = new GpuCompiler(new GpuTarget.Nvidia("sm_90")).rows(cosine.source(spec), spec.toString());
        String ptx = new String(code.image(), StandardCharsets.US_ASCII);
        assertThat(ptx).containsPattern(WIDE_LOAD).contains("shfl.sync.bfly", ".maxntid 128");
        assertThat(code.threads()).isEqualTo(128);
        assertThat(code.rowsPerBlock()).isEqualTo(4);
    }

    @Test
    void oddLengthsAreReadElementByElement() {
        KernelDefinition cosine = definition("cosine");
        KernelSpec spec = KernelSpec.of("cosine").with("d", 77).with("type", "f32");
        GpuCode code = new GpuCompiler(new GpuTarget.Nvidia("sm_90")).rows(cosine.source(spec), spec.toString());
        assertThat(new String(code.image(), StandardCharsets.US_ASCII)).doesNotContainPattern(WIDE_LOAD);
    }

    @Test
    void aLongRowTakesAWholeBlock() {
        KernelDefinition cosine = definition("cosine");
        KernelSpec spec = KernelSpec.of("cosine").with("d", 32_000).with("type", "f32");
        GpuCode code = new GpuCompiler(new GpuTarget.Nvidia("sm_90")).rows(cosine.source(spec), spec.toString());
        assertThat(code.threads()).isEqualTo(512);
        assertThat(code.rowsPerBlock()).isEqualTo(1);
        assertThat(new String(code.image(), StandardCharsets.US_ASCII)).contains(".shared", "bar");
    }

    @Test
    void aBranchForProcessorsIsNotCompiledForGpus() {
        String ptx = ptx("""
                func.func @agentopt_copy(%begin: index, %end: index, %x: memref<?xf32>, %y: memref<?xf32>) {
                  %one = arith.constant 1 : index
                  %large = arith.cmpi ugt, %end, %one : index
                  scf.if %large {
                    scf.for %i = %begin to %end step %one {
                      %v = memref.load %x[%i] : memref<?xf32>
                      %w = math.sqrt %v : f32
                      memref.store %w, %y[%i] : memref<?xf32>
                    }
                  } else {
                    scf.for %i = %begin to %end step %one {
                      %v = memref.load %x[%i] : memref<?xf32>
                      memref.store %v, %y[%i] : memref<?xf32>
                    }
                  } {cpu_streaming}
                  return
                }
                """);
        assertThat(ptx).contains("%ctaid.x").doesNotContain("sqrt");
    }

    /** Every group of threads computed all rows, which on a large input took minutes. */
    @Test
    void rowsThatCannotBeSharedOutAreRefused() {
        assertThatThrownBy(() -> ptx("""
                func.func @agentopt_copy(%begin: index, %end: index, %x: memref<?xf32>, %y: memref<?xf32>) {
                  %one = arith.constant 1 : index
                  %large = arith.cmpi ugt, %end, %one : index
                  scf.if %large {
                    scf.for %i = %begin to %end step %one {
                      %v = memref.load %x[%i] : memref<?xf32>
                      memref.store %v, %y[%i] : memref<?xf32>
                    }
                  }
                  return
                }
                """))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("could be shared out among groups of threads");
    }

    @Test
    void aFunctionWithoutRowsIsRefused() {
        assertThatThrownBy(() -> ptx("func.func @agentopt_f(%x: memref<?xf32>) { return }"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("a kernel takes its first and last row as index arguments");
        assertThatThrownBy(() -> ptx("func.func @f(%x: memref<?xf32>) { return }"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no kernel");
    }

    @Test
    void anArrayWhoseSizeIsNotKnownIsRefused() {
        assertThatThrownBy(() -> ptx("""
                func.func @agentopt_f(%begin: index, %end: index, %x: memref<?xf32>) {
                  %one = arith.constant 1 : index
                  %row = memref.alloca(%end) : memref<?xf32>
                  scf.for %i = %begin to %end step %one {
                    %v = memref.load %x[%i] : memref<?xf32>
                    memref.store %v, %row[%i] : memref<?xf32>
                    %w = memref.load %row[%begin] : memref<?xf32>
                    memref.store %w, %x[%i] : memref<?xf32>
                  }
                  return
                }
                """))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("a size that is known when it is compiled");
    }

    /** Element types that are no numbers ended the process. */
    @Test
    void whatAGpuKernelCannotHoldIsRefused() {
        assertThatThrownBy(() -> ptx("""
                func.func @agentopt_f(%begin: index, %end: index, %x: memref<?xvector<4xf32>>) { return }
                """))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("operands are numbers");
        assertThatThrownBy(() -> ptx("""
                func.func @agentopt_f(%begin: index, %end: index, %x: memref<?xf32>) {
                  %row = memref.alloca() : memref<4xvector<4xf32>>
                  %v = memref.load %row[%begin] : memref<4xvector<4xf32>>
                  vector.store %v, %x[%begin] : memref<?xf32>, vector<4xf32>
                  return
                }
                """)).isInstanceOf(MlirException.class).hasMessageContaining("arrays are numbers");
        assertThatThrownBy(() -> ptx("""
                memref.global "private" constant @table : memref<1xf32> = dense<1.0>
                func.func @agentopt_f(%begin: index, %end: index, %x: memref<?xf32>) {
                  %table = memref.get_global @table : memref<1xf32>
                  %v = memref.load %table[%begin] : memref<1xf32>
                  memref.store %v, %x[%begin] : memref<?xf32>
                  return
                }
                """))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("takes tables as operands");
        assertThatThrownBy(() -> ptx("""
                func.func private @other(index)
                func.func @agentopt_f(%begin: index, %end: index) {
                  func.call @other(%begin) : (index) -> ()
                  return
                }
                """))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("declared and not defined");
    }

    @Test
    void codeIsCompiledOnceAndKept(@TempDir Path folder) throws IOException {
        KernelDefinition cosine = definition("cosine");
        KernelSpec spec = KernelSpec.of("cosine").with("d", 64).with("type", "f32");
        KernelCache cache = new KernelCache(folder, "1");
        GpuCompiler compiler = new GpuCompiler(new GpuTarget.Nvidia("sm_80"));
        GpuCode code = new GpuKernelCompiler(compiler, cache).code(cosine, spec);
        AtomicInteger compiled = new AtomicInteger();
        var key = new KernelCache.Key(spec.toString(), cosine.source(spec), compiler.rowsPipeline(), "sm_80+ptx70");
        GpuCode kept = new KernelCache(folder, "1").get(key, GpuCode.class, () -> {
            compiled.incrementAndGet();
            return code;
        });
        assertThat(compiled).hasValue(0);
        assertThat(kept).isEqualTo(code);
    }

    static GpuCode compile(KernelDefinition definition, KernelSpec spec, GpuTarget target) {
        GpuCompiler compiler = new GpuCompiler(target);
        return definition
                .gpuSource(spec, target.wave())
                .map(own -> compiler.kernel(own, spec.toString()))
                .orElseGet(() -> compiler.rows(definition.source(spec), spec.toString()));
    }

    private static String ptx(String mlir) {
        return new String(
                new GpuCompiler(new GpuTarget.Nvidia("sm_90")).rows(mlir, "k").image(), StandardCharsets.US_ASCII);
    }

    private static KernelDefinition definition(String name) {
        return catalog().filter(d -> d.name().equals(name)).findFirst().orElseThrow();
    }

    /** Sizes of a usual order, and the first of each choice. */
    static KernelSpec typical(KernelDefinition definition) {
        KernelSpec spec = KernelSpec.of(definition.name());
        for (Parameter parameter : definition.parameters()) {
            spec = switch (parameter) {
                case Parameter.Whole(String name, long least, long most) ->
                    spec.with(name, Math.clamp(64L, least, most));
                case Parameter.Decimal(String name, double least, double _) ->
                    spec.with(name, least > 0.5 ? "1.0" : "0.5");
                case Parameter.Choice(String name, List<String> values) -> spec.with(name, values.getFirst());
            };
        }
        return spec;
    }
}
