package io.agentopt.cost.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.cost.kernel.KernelShape.Elementwise;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.model.Precision;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows are from microsoft/vidur (MIT), data/profiling, shortened to the columns that are read. */
class VidurProfilesTest {
    private static final String HEADER =
            "time_stats.attn_pre_proj.median,time_stats.attn_post_proj.median,time_stats.mlp_up_proj.median,"
                    + "time_stats.mlp_down_proj.median,n_head,n_kv_head,n_embd,n_expanded_embd,use_gated_mlp,num_tokens,num_tensor_parallel_workers\n";
    private static final String ROW = "7.306,2.468,14.0915,7.224,64,64,8192,24576,True,4096,";

    @TempDir
    Path folder;

    @Test
    void aRowIsFourProducts() throws IOException {
        ImportedRows<KernelMeasurement<Gemm>> imported = VidurProfiles.gemms(write("mlp.csv", HEADER + ROW + "1\n"));
        assertThat(imported.rows())
                .containsExactly(
                        product(4096, 24576, 8192, 7.306e-3),
                        product(4096, 8192, 8192, 2.468e-3),
                        product(4096, 49152, 8192, 14.0915e-3),
                        product(4096, 8192, 24576, 7.224e-3));
        assertThat(imported.rejected()).isEmpty();
    }

    @Test
    void tensorParallelismDividesHeadsAndWidth() throws IOException {
        assertThat(VidurProfiles.gemms(write("mlp.csv", HEADER + ROW + "8\n")).rows())
                .extracting(m -> m.shape().n() + "x" + m.shape().k())
                .containsExactly("3072x8192", "8192x1024", "6144x8192", "8192x3072");
    }

    @Test
    void aPackedFileReadsAsWell() throws IOException {
        Path file = folder.resolve("mlp.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write((HEADER + ROW + "1\n").getBytes(StandardCharsets.UTF_8));
        }
        assertThat(VidurProfiles.gemms(file).rows()).hasSize(4);
    }

    @Test
    void timesThatAreNoneAreCounted() throws IOException {
        ImportedRows<KernelMeasurement<Gemm>> imported =
                VidurProfiles.gemms(write("mlp.csv", HEADER + "0,-1,,NaN,64,64,8192,24576,True,4096,1\n"));
        assertThat(imported.rows()).isEmpty();
        assertThat(imported.rejected())
                .containsOnlyKeys(
                        "time_stats.attn_pre_proj.median is not above 0",
                        "time_stats.attn_post_proj.median is not above 0",
                        "time_stats.mlp_up_proj.median is no number",
                        "time_stats.mlp_down_proj.median is not finite");
    }

    @Test
    void noTokensIsCounted() throws IOException {
        assertThat(VidurProfiles.gemms(write("mlp.csv", HEADER + "1,1,1,1,64,64,8192,24576,True,0,1\n"))
                        .rejected())
                .containsEntry("num_tokens is not above 0", 1);
    }

    @Test
    void everyMistakeOfAFileIsNamed() {
        assertThatThrownBy(() -> gemms("")).hasMessageContaining("is empty");
        assertThatThrownBy(() -> gemms(HEADER)).hasMessageContaining("a header but no row");
        assertThatThrownBy(() -> gemms("a,b\n1,2\n"))
                .hasMessageContaining("has no column 'n_head'")
                .hasMessageContaining("It has [");
        assertThatThrownBy(() -> gemms(HEADER + "1,2\n"))
                .hasMessageContaining("Line 2 of")
                .hasMessageContaining("has 2 fields, but the header has 11");
        assertThatThrownBy(() -> gemms(HEADER + "\"1,2\n")).hasMessageContaining("a quote that nothing closes");
    }

    @Test
    void aSizeThatIsNoneIsCountedWithItsPlace() throws IOException {
        ImportedRows<KernelMeasurement<Gemm>> rows = gemms(HEADER + ROW + "one\n" + ROW + "1.5\n" + ROW + "1\n");
        assertThat(rows.rows()).hasSize(4);
        assertThat(rows.rejected())
                .containsEntry("num_tensor_parallel_workers is no number", 1)
                .containsEntry("num_tensor_parallel_workers is no whole number", 1);
        assertThat(rows.examples().getFirst()).contains("line 2 of", "mlp.csv", "num_tensor_parallel_workers \"one\"");
    }

    @Test
    void aLayerThatCannotBeIsCounted() throws IOException {
        String times = "1,1,1,1,";
        assertThat(gemms(HEADER + times + "8,16,512,2048,True,1,1\n" + times + "64,64,32,2048,True,1,1\n" + times
                                + "8,8,512,2048,True,1,16\n")
                        .rejected())
                .containsEntry("more KV heads than heads", 1)
                .containsEntry("more heads than elements", 1)
                .containsEntry("nothing is left for a device", 1);
    }

    @Test
    void rankZeroSpeaksForAGroup() throws IOException {
        ImportedRows<KernelMeasurement<Collective>> imported = VidurProfiles.allReduces(write("all_reduce.csv", """
                ,time_stats.all_reduce.median,rank,num_workers,size,collective,devices_per_node
                0,0.043,0,2,2048,all_reduce,1
                1,0.044,1,2,2048,all_reduce,1
                2,0.043,0,2,2048,send_recv,1
                3,0.05,0,1,2048,all_reduce,1
                """));
        assertThat(imported.rows())
                .containsExactly(
                        new KernelMeasurement<>(new Collective(CollectiveKind.ALL_REDUCE, 2048, 2, 1), 0.043 * 1e-3));
        assertThat(imported.rejected()).containsEntry("another collective", 1).containsEntry("a single device", 1);
    }

    @Test
    void sendReceivesInsideAndBetweenHosts() throws IOException {
        ImportedRows<KernelMeasurement<Collective>> imported = VidurProfiles.sendReceives(write("send_recv.csv", """
                ,time_stats.send_recv.median,rank,num_workers,size,collective,devices_per_node
                0,0.024,0,2,2048,send_recv,1
                1,0.025,1,2,2048,send_recv,1
                2,0.008,0,2,2048,send_recv,2
                3,0.0,0,2,2048,send_recv,2
                4,,0,2,2048,send_recv,2
                5,0.008,0,4,2048,send_recv,4
                6,0.008,0,2,0,send_recv,2
                """));
        assertThat(imported.rows())
                .containsExactly(
                        new KernelMeasurement<>(new Collective(CollectiveKind.SEND_RECV, 2048, 2, 1), 0.024 * 1e-3),
                        new KernelMeasurement<>(new Collective(CollectiveKind.SEND_RECV, 2048, 2, 2), 0.008 * 1e-3));
        assertThat(imported.rejected())
                .containsEntry("time_stats.send_recv.median is not above 0", 1)
                .containsEntry("time_stats.send_recv.median is no number", 1)
                .containsEntry("a transfer between more than two devices", 1)
                .containsEntry("size is not above 0", 1);
        assertThatThrownBy(() -> VidurProfiles.sendReceives(write("other.csv", "rank,size\n0,1\n")))
                .hasMessageContaining("no column 'time_stats.send_recv.median'");
    }

    @Test
    void wholeRowOperatorsOfGatedModels() throws IOException {
        String header = "time_stats.input_layernorm.median,time_stats.mlp_act.median,time_stats.add.median,"
                + "n_head,n_kv_head,n_embd,n_expanded_embd,use_gated_mlp,num_tokens,num_tensor_parallel_workers\n";
        Path file = write(
                "mlp.csv",
                header
                        + "0.005,0.003,0.002,32,8,4096,11008,True,64,4\n0.007,0.002,0.004,32,32,2560,10240,False,64,1\n");
        assertThat(VidurProfiles.elementwise(file, ElementwiseKind.ACTIVATION).rows())
                .containsExactly(
                        new KernelMeasurement<>(new Elementwise(64, 2752, 2, 1, Precision.FP16), 0.003 * 1e-3));
        ImportedRows<KernelMeasurement<Elementwise>> norms =
                VidurProfiles.elementwise(file, ElementwiseKind.LAYER_NORM);
        assertThat(norms.rows())
                .containsExactly(
                        new KernelMeasurement<>(new Elementwise(64, 4096, 1, 1, Precision.FP16), 0.005 * 1e-3));
        assertThat(norms.rejected()).containsEntry("a model without a gate: another kernel", 1);
        assertThatThrownBy(() -> VidurProfiles.elementwise(file, ElementwiseKind.SOFTMAX))
                .hasMessageContaining("cannot hold softmax");
    }

    private static KernelMeasurement<Gemm> product(long m, long n, long k, double seconds) {
        double rounded = Math.round(seconds * 1e9) / 1e6; // the file's milliseconds
        return new KernelMeasurement<>(new Gemm(m, n, k, Precision.FP16, Precision.FP16), rounded * 1e-3);
    }

    private ImportedRows<KernelMeasurement<Gemm>> gemms(String text) throws IOException {
        return VidurProfiles.gemms(write("mlp.csv", text));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
