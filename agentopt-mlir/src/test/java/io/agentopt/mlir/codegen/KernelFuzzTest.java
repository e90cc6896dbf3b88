package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.mlir.ffi.RequiresCodegen;
import io.agentopt.mlir.ir.MlirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The catalog's MLIR with some of it changed: each compiles, or an exception says why not. Many more by hand, where the last text is left in a file for the
 * case that the process ends: {@code -Dagentopt.fuzz.kernels=20000 -Dagentopt.fuzz.seed=1 -Dagentopt.fuzz.last=/tmp/last.mlir}.
 */
@RequiresCodegen
class KernelFuzzTest {
    private static final int TRIES = Integer.getInteger("agentopt.fuzz.kernels", 300);
    private static final long SEED = Long.getLong("agentopt.fuzz.seed", 30);
    private static final long SLOW_NANOSECONDS = 20_000_000_000L;

    @Test
    void changedKernelsCompileOrAreRefused() throws IOException {
        List<String> sources = sources();
        List<String> pieces = new ArrayList<>();
        for (String source : sources)
            pieces.addAll(List.of(source.split("(?<=[^A-Za-z0-9_.%@#])|(?=[^A-Za-z0-9_.])", -1)));
        CpuCompiler compiler = new CpuCompiler(CpuTarget.host());
        GpuCompiler gpu = new GpuCompiler(new GpuTarget.Nvidia("sm_90"));
        SplittableRandom random = new SplittableRandom(SEED);
        String last = System.getProperty("agentopt.fuzz.last", "");
        int compiled = 0;
        for (int i = 0; i < TRIES; i++) {
            String changed = KernelMutation.of(sources.get(random.nextInt(sources.size())), pieces, random);
            if (!last.isEmpty()) Files.writeString(Path.of(last), "// " + i + "\n" + changed);
            long start = System.nanoTime();
            try {
                if (changed.contains("gpu.module"))
                    assertThat(gpu.kernel(changed, "k").image()).isNotEmpty();
                else assertThat(compiler.object(changed, "k").object()).isNotEmpty();
                compiled++;
            } catch (MlirException | IllegalArgumentException expected) {
                assertThat(expected).hasMessageNotContaining("LLVM gave up");
            } catch (AssertionError | RuntimeException unexpected) {
                throw new AssertionError("try " + i + " of seed " + SEED + ":\n" + changed, unexpected);
            }
            if (!last.isEmpty() && System.nanoTime() - start > SLOW_NANOSECONDS)
                Files.copy(Path.of(last), Path.of(last + ".slow-" + i));
        }
        System.out.println("changed kernels: " + compiled + " of " + TRIES + " compile");
        assertThat(compiled).as("a fuzz that only tests the parser").isGreaterThan(TRIES / 50);
    }

    private static List<String> sources() {
        List<String> sources = new ArrayList<>();
        for (KernelDefinition definition : KernelCatalog.all()) {
            KernelSpec spec = GpuRowsTest.typical(definition);
            sources.add(definition.source(spec));
            definition.gpuSource(spec, 32).ifPresent(sources::add);
        }
        return sources;
    }
}
