package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a row's work is shared out: held in registers, by clusters, by groups that never meet, by selection in warps. */
@RequiresCodegen
class GpuSharingTest {
    private static final String LOAD = "ld\\.global(\\.nc)?\\.v4";
    private static final String STORE = "st\\.global\\.v4";

    /** 12,000 floats are 3,000 vectors on 512 lanes: 5 for each, and one more for some. Each operation once read and wrote memory again. */
    @ParameterizedTest
    @CsvSource({"12000, 6", "32000, 16", "8192, 8"})
    void aRowIsReadOnceAndWrittenOnce(long columns, int vectors) {
        String ptx = ptx("sm_90", KernelSpec.of("softmax").with("columns", columns));
        assertThat(count(LOAD, ptx)).isEqualTo(vectors);
        assertThat(count(STORE, ptx)).isEqualTo(vectors);
    }

    @Test
    void aRowThatNoBlockHoldsTakesACluster() {
        KernelSpec spec = KernelSpec.of("softmax").with("columns", 128_256);
        GpuCode code = code("sm_90", spec);
        assertThat(code.rowsPerBlock()).isEqualTo(1);
        assertThat(code.blocksPerRow()).isBetween(2, 8);
        String ptx = text(code);
        assertThat(ptx).contains(".reqnctapercluster", "mapa.shared::cluster", "st.shared::cluster");
        assertThat(count("barrier\\.cluster\\.arrive", ptx))
                .as("arrivals and waits of the cluster's barrier take turns")
                .isPositive()
                .isEqualTo(count("barrier\\.cluster\\.wait", ptx));
    }

    @Test
    void aChipWithoutClustersHasABlockHoldTheRow() {
        GpuCode code = code("sm_80", KernelSpec.of("softmax").with("columns", 128_256));
        assertThat(code.threads()).isEqualTo(1024);
        assertThat(code.blocksPerRow()).isEqualTo(1);
        assertThat(text(code)).doesNotContain("cluster");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kv_copy", "kv_pack", "kv_unpack"})
    void positionsOfACacheAreSharedOut(String kernel) {
        KernelSpec spec = KernelSpec.of(kernel).with("d", 128).with("type", "f16");
        if (!kernel.equals("kv_copy")) spec = spec.with("page", 16);
        GpuCode code = code("sm_90", spec);
        assertThat(code.blocksPerRow()).isEqualTo(64);
        assertThat(code.rowsPerBlock()).isEqualTo(1);
        String ptx = text(code);
        assertThat(ptx).doesNotContain("cluster");
        String order = Pattern.compile(LOAD + "|" + STORE)
                .matcher(ptx)
                .results()
                .map(access -> access.group().substring(0, 1))
                .collect(Collectors.joining());
        assertThat(order)
                .as("loads that are on their way before the first store")
                .contains("llllssss");
    }

    /** Without the mark, turns may need each other: all of a row's are one group's. */
    @Test
    void aLoopThatIsNotMarkedIsNotSharedOut() {
        String mlir = """
                !line = memref<64xf16, strided<[1], offset: ?>>
                func.func @agentopt_copy(%begin: index, %end: index, %x: memref<?x?x64xf16>, %y: memref<?x?x64xf16>) {
                  %zero = arith.constant 0 : index
                  %one = arith.constant 1 : index
                  %count = memref.dim %x, %one : memref<?x?x64xf16>
                  scf.for %row = %begin to %end step %one {
                    scf.for %t = %zero to %count step %one {
                      %from = memref.subview %x[%row, %t, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to !line
                      %to = memref.subview %y[%row, %t, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to !line
                      linalg.copy ins(%from : !line) outs(%to : !line)
                    }
                  }
                  return
                }
                """;
        GpuCompiler compiler = new GpuCompiler(new GpuTarget.Nvidia("sm_90"));
        assertThat(compiler.rows(mlir, "k").blocksPerRow()).isEqualTo(1);
        String marked = mlir.replaceFirst("(outs\\(%to : !line\\)\\s+})", "$1 {independent}");
        assertThat(marked).isNotEqualTo(mlir);
        assertThat(compiler.rows(marked, "k").blocksPerRow()).isEqualTo(64);
    }

    /** Another operation that writes would be done by every group. */
    @Test
    void workBesideAnotherThatWritesIsNotSharedOut() {
        GpuCode code = new GpuCompiler(new GpuTarget.Nvidia("sm_90")).rows("""
                !line = memref<64xf16, strided<[1], offset: ?>>
                func.func @agentopt_copy(%begin: index, %end: index, %x: memref<?x?x64xf16>, %y: memref<?x?x64xf16>, %z: memref<?xindex>) {
                  %zero = arith.constant 0 : index
                  %one = arith.constant 1 : index
                  %count = memref.dim %x, %one : memref<?x?x64xf16>
                  scf.for %row = %begin to %end step %one {
                    scf.for %t = %zero to %count step %one {
                      %from = memref.subview %x[%row, %t, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to !line
                      %to = memref.subview %y[%row, %t, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to !line
                      linalg.copy ins(%from : !line) outs(%to : !line)
                    } {independent}
                    memref.store %count, %z[%row] : memref<?xindex>
                  }
                  return
                }
                """, "k");
        assertThat(code.blocksPerRow()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"sm_90, 1, 64", "sm_90, 32, 64", "gfx942, 10, 128", "gfx942, 64, 128"})
    void warpsSelectWhatTheirLanesHold(String chip, long k, int threads) {
        GpuCode code = code(chip, KernelSpec.of("top_k").with("k", k));
        assertThat(code.threads()).isEqualTo(threads);
        assertThat(code.rowsPerBlock()).isEqualTo(1);
        if (chip.startsWith("sm")) assertThat(text(code)).contains("vote.sync.ballot", "shfl.sync.up");
    }

    /** A longer list than a warp has lanes is selected as on processors, a row by each thread. */
    @ParameterizedTest
    @CsvSource({"sm_90, 33", "gfx942, 65"})
    void longerListsAreSelectedByThreads(String chip, long k) {
        GpuCode code = code(chip, KernelSpec.of("top_k").with("k", k));
        assertThat(code.rowsPerBlock()).isEqualTo(code.threads());
        KernelSpec cosine = KernelSpec.of("cosine_top_k")
                .with("block", 256)
                .with("d", 64)
                .with("k", k)
                .with("type", "f32");
        assertThat(definition(cosine).gpuSource(cosine, GpuTarget.of(chip).wave()))
                .isEmpty();
    }

    /** Lengths that 16 bytes do not divide, every type, and both widths of a warp. */
    @ParameterizedTest
    @CsvSource({"f32, 384", "f32, 3", "f16, 384", "f16, 6", "i8, 384", "i8, 77"})
    void similaritiesAreSelectedOfEveryTypeAndLength(String type, long d) {
        KernelSpec spec = KernelSpec.of("cosine_top_k")
                .with("block", 1000)
                .with("d", d)
                .with("k", 10)
                .with("type", type);
        for (String chip : new String[] {"sm_80", "gfx90a"}) {
            GpuCode code = code(chip, spec);
            assertThat(code.threads()).isEqualTo(256);
            assertThat(code.rowsPerBlock()).isEqualTo(1);
        }
    }

    @Test
    void aKernelsOwnSourceIsWhatTheCompilerTakes(@TempDir Path folder) {
        KernelSpec spec = KernelSpec.of("top_k").with("k", 10);
        var compiler = new GpuCompiler(new GpuTarget.Nvidia("sm_90"));
        GpuCode code = new GpuKernelCompiler(compiler, new KernelCache(folder, "1")).code(definition(spec), spec);
        assertThat(text(code)).isEqualTo(ptx("sm_90", spec));
    }

    private static int count(String pattern, String text) {
        return (int) Pattern.compile(pattern).matcher(text).results().count();
    }

    private static String ptx(String chip, KernelSpec spec) {
        return text(code(chip, spec));
    }

    private static String text(GpuCode code) {
        return new String(code.image(), StandardCharsets.ISO_8859_1);
    }

    private static GpuCode code(String chip, KernelSpec spec) {
        GpuTarget target = GpuTarget.of(chip);
        GpuCompiler compiler = new GpuCompiler(target);
        KernelDefinition definition = definition(spec);
        definition.check(spec);
        return definition
                .gpuSource(spec, target.wave())
                .map(own -> compiler.kernel(own, spec.toString()))
                .orElseGet(() -> compiler.rows(definition.source(spec), spec.toString()));
    }

    private static KernelDefinition definition(KernelSpec spec) {
        return KernelCatalog.all().stream()
                .filter(d -> d.name().equals(spec.name()))
                .findFirst()
                .orElseThrow();
    }
}
