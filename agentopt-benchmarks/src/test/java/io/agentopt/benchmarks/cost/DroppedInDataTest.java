package io.agentopt.benchmarks.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.benchmarks.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the known layouts under other names; the rows are those of the packaged extract, so errors mean nothing here. */
class DroppedInDataTest {
    private static final Path PACKAGED = DataFolders.packaged();
    private static final String A100 = "aiconfigurator/a100_sxm_gemm_vllm_0.14.0_gemm_perf.csv.gz";
    private static final String MLP = "meta-llama/Llama-2-7b-hf/mlp.csv.gz";

    @TempDir
    Path folder;

    private void copy(String from, String to) throws IOException {
        Path target = folder.resolve(to);
        Files.createDirectories(target.getParent());
        Files.copy(PACKAGED.resolve(from), target);
    }

    @Test
    void devicesAreKnownByFolderAndFileName() throws IOException {
        copy(A100, "aiconfigurator/h200_sxm_gemm_vllm_0.20.0_gemm_perf.csv.gz");
        copy(A100, "aiconfigurator/h200_sxm_gemm_trtllm_1.2.0rc5_gemm_perf.csv.gz");
        copy(A100, "aiconfigurator/b999_sxm_gemm_vllm_0.20.0_gemm_perf.csv.gz");
        copy("vidur/a100/" + MLP, "vidur/h100/" + MLP);
        copy("vidur/a100/" + MLP, "vidur/l40s/" + MLP);
        copy("vidur/network/a100_dgx/all_reduce.csv.gz", "vidur/network/h100_dgx/all_reduce.csv.gz");
        DataFolders folders = new DataFolders(folder, folder);
        assertThat(ProfileFiles.tables(folders, "gemm", "gemm_perf"))
                .extracting(s -> s.label() + " " + s.device().id())
                .containsExactly("h200 H200-SXM", "h200_trtllm H200-SXM");
        assertThat(ProfileFiles.vidurLayers(folders))
                .extracting(s -> s.label() + " " + s.device().id())
                .containsExactly("h100 H100-SXM", "l40s L40S");
        assertThat(ProfileFiles.vidurHosts(folders))
                .extracting(s -> s.label() + " " + s.device().id())
                .containsExactly("h100_dgx H100-SXM");
    }

    @Test
    void anotherDeviceGivesMetricsOfTheSamePattern() throws IOException {
        copy("vidur/a100/" + MLP, "vidur/h100/" + MLP);
        DataFolders folders = new DataFolders(folder, folder);
        assertThat(new GemmMetrics().run(folders))
                .extracting(Metric::name)
                .containsExactly("gemm_bf16_unseen_shapes.vidur.h100");
    }

    @Test
    void aDeviceThatNothingCalibratesBorrowsTheTermsOfAnother() throws IOException {
        copy("vidur/a100/" + MLP, "vidur/h100/" + MLP);
        assertThat(new GemmMetrics().run(new DataFolders(PACKAGED, folder)))
                .extracting(Metric::name)
                .containsExactly("gemm_device_transfer.vidur.a100_h100");
    }

    @Test
    void rowsOfAnotherFolderAreTestedUnlessTheirShapeCalibrates() throws IOException {
        copy("vidur/a100/" + MLP, "vidur/a100/" + MLP);
        ErrorTable table = ErrorTable.of("GEMM", () -> new GemmMetrics().run(new DataFolders(PACKAGED, folder)));
        ErrorTable within = ErrorTable.of("GEMM", () -> new GemmMetrics().run(new DataFolders(folder, folder)));
        assertThat(table.metrics()).extracting(Metric::name).containsExactly("gemm_bf16_unseen_shapes.vidur.a100");
        assertThat(table.rows().getFirst().rows())
                .isPositive()
                .isLessThanOrEqualTo(within.rows().getFirst().rows() * 2);
    }

    @Test
    void aFolderWithoutMeasurementsIsRefused() throws IOException {
        Files.createDirectories(folder.resolve("a100"));
        assertThatThrownBy(() -> CostBench.run(List.of("--calibrate", folder.toString())))
                .hasMessageContaining("holds no measurements")
                .hasMessageContaining("vidur/")
                .hasMessageContaining("folder above or below");
    }
}
