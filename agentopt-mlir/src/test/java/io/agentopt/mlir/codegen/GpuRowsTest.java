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
import java.util.Set;
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

    /** These run on processors alone: tables that are globals of the module, arrays as long as an image is wide. */
    private static final Set<String> PROCESSORS_ALONE = Set.of("log_mel", "resize");

    /** {@return the kernels that GPUs run} */
    static Stream<KernelDefinition> catalog() {
        return KernelCatalog.all().stream().filter(d -> !PROCESSORS_ALONE.contains(d.name()));
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
        assertThat(code.threads()).isEqualTo(1024);
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
