package io.agentopt.cost.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What files can do wrong: an error that names the place and the way out, or a row that is counted. */
class BadMeasurementsTest {
    private static final CatalogNames NAMES = CatalogNames.packaged();
    private static final String HEADER =
            "Hardware,Num of Hardware,Framework,Model,Input Output Length,Batch Size,Latency,Throughput\n";
    private static final String GOOD = "Nvidia A100 GPU,1,vLLM,meta-llama/Llama-2-7b-hf,128,1,1.653,154.87\n";

    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private ImportedRows<EngineRow> bench(String rows) throws IOException {
        return InferenceBenchImporter.read(file("bench.csv", HEADER + rows), NAMES);
    }

    @Test
    void anEmptyFileSaysWhatItNeeds() throws IOException {
        Path empty = file("empty.csv", "");
        assertThatThrownBy(() -> InferenceBenchImporter.read(empty, NAMES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty.csv")
                .hasMessageContaining("is empty")
                .hasMessageContaining("Batch Size");
        assertThatThrownBy(() -> LlmServingSimImporter.requests(empty)).hasMessageContaining("holds no request");
    }

    @Test
    void aMissingFileSaysSo() {
        assertThatThrownBy(() -> SplitwiseImporter.read(folder.resolve("none.csv"), NAMES))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none.csv");
    }

    @Test
    void aMissingColumnIsNamedBesideThoseThereAre() throws IOException {
        Path file = file("columns.csv", "Hardware,Model\nx,y\n");
        assertThatThrownBy(() -> InferenceBenchImporter.read(file, NAMES))
                .hasMessageContaining("no column 'Num of Hardware'")
                .hasMessageContaining("Hardware");
    }

    @Test
    void aHeaderAloneIsAnError() {
        assertThatThrownBy(() -> bench("")).hasMessageContaining("bench.csv").hasMessageContaining("no row");
    }

    @Test
    void aLineThatIsCutOffIsAnError() throws IOException {
        Path file = file("cut.csv", HEADER + GOOD + "Nvidia A100 GPU,1,vLLM\n");
        assertThatThrownBy(() -> InferenceBenchImporter.read(file, NAMES)).hasMessageContaining("Line 3 of");
    }

    @ParameterizedTest
    @CsvSource({
        "1.653, -1.653, Latency is not above 0",
        "1.653, 0, Latency is not above 0",
        "1.653, NaN, Latency is not finite",
        "1.653, Infinity, Latency is not finite",
        "1.653, '', Latency is no number",
        "1.653, abc, Latency is no number",
        "1.653, 1653, latency and throughput disagree: mixed units?",
        "Nvidia A100 GPU, Abacus, device 'Abacus' is not in the catalog",
        "meta-llama/Llama-2-7b-hf, Nobody/None-7B, model 'Nobody/None-7B' is not in the catalog",
        "'128,1,', '128,0.5,', Batch Size is no whole number",
        "'128,1,', '-128,1,', Input Output Length is not above 0",
    })
    void aBadCellRejectsItsRowOnly(String from, String to, String reason) throws IOException {
        ImportedRows<EngineRow> rows = bench(GOOD + GOOD.replace(from, to));
        assertThat(rows.rows()).hasSize(1);
        assertThat(rows.rejected()).containsExactly(java.util.Map.entry(reason, 1));
        assertThat(rows.examples().getFirst()).contains("line 3 of", "bench.csv");
    }

    @Test
    void aTimeBelowThePeaksIsRejected() throws IOException {
        ImportedRows<EngineRow> rows = bench("Nvidia A100 GPU,1,vLLM,meta-llama/Llama-2-7b-hf,128,1,0.1,2560\n");
        assertThat(rows.rejected()).containsEntry("faster than the device's peaks allow", 1);
    }

    @Test
    void packedFilesAreReadToo() throws IOException {
        Path packed = folder.resolve("bench.csv.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write((HEADER + GOOD).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        assertThat(InferenceBenchImporter.read(packed, NAMES).rows()).hasSize(1);
    }

    @Test
    void aLogThatRunsBackwardsIsCounted() throws IOException {
        Path log = file("requests.jsonl", """
                {"request_id": "a", "input_toks": 5, "output_toks": 2, "arrival_time": 1, "queued_ts": 2, "scheduled_ts": 1, "first_token_ts": 3, "last_token_ts": 4}
                """);
        assertThat(LlmServingSimImporter.requests(log).rejected())
                .containsEntry("the times of a request run backwards", 1);
    }

    @Test
    void aTimeInTheWrongUnitIsCounted() throws IOException {
        Path products = file(
                "matmul_A100.csv",
                "64, 12288, 12288, 0.1900s, 101.7124Tflops\n64, 12288, 12288, 190.0ms, 101.7124Tflops\n");
        assertThat(LlmCompassImporter.matmul(products, NAMES).rejected())
                .containsEntry("time is not in ms", 1)
                .containsEntry("time and rate disagree: mixed units?", 1);
    }

    @Test
    void powerInWattsIsNotAShare() throws IOException {
        Path file = file("splitwise.csv", """
                model,hardware,prompt_size,batch_size,token_size,peak_power,average_power,prompt_time,token_time,tensor_parallel
                llama2-70b,a100-80gb,512,1,128,400,300,196.2,54.8,2
                """);
        assertThat(SplitwiseImporter.read(file, NAMES).rejected())
                .containsEntry("average_power is no share of the rated power", 1);
    }
}
