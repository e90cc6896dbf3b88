package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.lower.GoldenFiles;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The passes for GPUs alone: {@code golden/CASE/before.mlir}, written by hand, becomes {@code after.mlir}; see {@link GoldenFiles}. */
@RequiresCodegen
class GpuPassGoldenTest {
    private static final String ROWS =
            "inline,linalg-generalize-named-ops,agentopt-gpu-rows{wave=32 cluster=8},canonicalize,cse";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gpu-rows-warp    | " + ROWS,
                "gpu-rows-block   | " + ROWS,
                "gpu-rows-cluster | " + ROWS,
                "gpu-rows-held    | " + ROWS,
                "gpu-rows-parts   | " + ROWS,
                "gpu-rows-thread  | " + ROWS,
                "gpu-operands     | gpu.module(agentopt-gpu-operands{private-space=5})"
            })
    void theIrBeforeBecomesTheIrAfter(String name, String passes) throws IOException {
        Path folder = GoldenFiles.folder(name);
        GoldenFiles.check(folder.resolve("after.mlir"), run(passes, Files.readString(folder.resolve("before.mlir"))));
    }

    /** What each of the files is an example of. */
    @Test
    void eachFileShowsItsWayOfSharingOut() throws IOException {
        Map<String, String[]> shown = Map.of(
                "gpu-rows-warp", new String[] {"agentopt.rows_per_block = 4", "gpu.shuffle"},
                "gpu-rows-block", new String[] {"agentopt.rows_per_block = 1", "workgroup(", "gpu.barrier"},
                "gpu-rows-cluster",
                        new String[] {"agentopt.blocks_per_row = 8", "nvvm.cluster.arrive", "mapa.shared::cluster"},
                "gpu-rows-parts", new String[] {"agentopt.blocks_per_row = 64", "agentopt.rows_per_block = 1"},
                "gpu-rows-thread", new String[] {"agentopt.rows_per_block = 128"});
        for (var one : shown.entrySet()) {
            assertThat(Files.readString(GoldenFiles.folder(one.getKey()).resolve("after.mlir")))
                    .as(one.getKey())
                    .contains(one.getValue());
        }
    }

    private static String run(String passes, String text) {
        try (Compilation compilation = new Compilation(text, "golden")) {
            compilation.run(passes);
            return compilation.print();
        }
    }
}
