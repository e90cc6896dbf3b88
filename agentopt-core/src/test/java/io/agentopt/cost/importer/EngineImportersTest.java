package io.agentopt.cost.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.engine.EngineMetric;
import io.agentopt.model.Precision;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Every importer on a few rows of the real file. */
class EngineImportersTest {
    private static final CatalogNames NAMES = CatalogNames.packaged();

    static Path file(String name) {
        try {
            return Path.of(EngineImportersTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void splitwiseRepeatsBecomeMediansAndTheImpossibleCellIsRejected() {
        ImportedRows<SplitwiseImporter.Cell> cells = SplitwiseImporter.read(file("splitwise.csv"), NAMES);
        assertThat(cells.rejected()).containsExactly(java.util.Map.entry("faster than the device's peaks allow", 5));
        assertThat(cells.examples().getFirst()).contains("line ", "splitwise.csv", "prompt_time");
        SplitwiseImporter.Cell cell = cells.rows().getFirst();
        assertThat(cell.repeats()).isEqualTo(5);
        assertThat(cell.tokenTime().seconds()).isBetween(0.054, 0.056);
        assertThat(cell.timeToFirstToken().seconds()).isBetween(0.19, 0.2);
        assertThat(cell.tokenTime().deployment().device().id()).isEqualTo("A100-80GB-SXM");
        assertThat(cell.averagePowerShare().getAsDouble()).isBetween(0.7, 0.75);
        assertThat(cells.rows().getLast().averagePowerShare()).isEmpty(); // 0 in the file is no measurement
    }

    @Test
    void endToEndKeepsAggregatedServingOfKnownModels() {
        ImportedRows<EngineRow> rows = EndToEndImporter.read(file("end_to_end.csv"), NAMES);
        assertThat(rows.rows()).isNotEmpty().allSatisfy(r -> {
            assertThat(r.measurement().metric()).isEqualTo(EngineMetric.SERVED_TOKEN_TIME);
            assertThat(r.measurement().seconds()).isBetween(0.001, 0.3);
            assertThat(r.measurement().deployment().model().kv()).isEqualTo(Precision.BF16);
        });
        assertThat(rows.rejected()).containsKey("serving is disaggregated");
        assertThat(rows.rejected().keySet())
                .anyMatch(r -> r.contains("is not in the catalog") || r.contains("number format"));
        assertThat(rows.rows()).extracting(EngineRow::group).contains("h100_sxm trtllm fp8");
    }

    @Test
    void inferenceBenchCountsWhatItLeavesOut() {
        ImportedRows<EngineRow> rows = InferenceBenchImporter.read(file("inference_bench.csv"), NAMES);
        assertThat(rows.rejected()).containsEntry("model 'Deci/DeciLM-7B' is not in the catalog", 2);
        assertThat(rows.rejectedRows()).isEqualTo(2);
        EngineRow first = rows.rows().getFirst();
        assertThat(first.measurement().load().promptTokens())
                .isEqualTo(first.measurement().load().outputTokens());
        assertThat(first.measurement().metric()).isEqualTo(EngineMetric.REQUEST);
        assertThat(first.measurement().deployment().device().id()).isEqualTo("A100-40GB-SXM");
    }

    @Test
    void helixReadsBothPhasesAndTheNumberOfDevices() {
        Path folder = Objects.requireNonNull(
                file("llama2_70b/l4x2/decode_bs2time.csv").getParent());
        ImportedRows<EngineRow> rows = HelixImporter.read(folder, NAMES);
        assertThat(rows.rejected()).containsExactly(java.util.Map.entry("tokens is not above 0", 2));
        assertThat(rows.rows())
                .extracting(r -> r.measurement().metric())
                .contains(EngineMetric.LAYER_DECODE, EngineMetric.LAYER_PREFILL);
        assertThat(rows.rows())
                .allSatisfy(r -> assertThat(r.measurement().deployment().tensorParallel())
                        .isEqualTo(2));
    }

    @Test
    void llmCompassChecksTimeAgainstRate() {
        ImportedRows<LlmCompassImporter.Kernel> products = LlmCompassImporter.matmul(file("matmul_A100.csv"), NAMES);
        assertThat(products.rejected()).isEmpty();
        assertThat(products.rows()).hasSizeGreaterThan(15);
        assertThat(products.rows().getFirst().measurement().seconds()).isCloseTo(0.19e-3, within(1e-9));
        assertThat(LlmCompassImporter.rowwise(file("layernorm_MI210.csv"), NAMES)
                        .rows())
                .hasSizeGreaterThan(15);
        assertThat(LlmCompassImporter.gelu(file("gelu_A100.csv"), NAMES).rows()).hasSizeGreaterThan(15);
    }

    @Test
    void llmServingSimGivesKernelsAndRequests() {
        assertThat(LlmServingSimImporter.layers(file("dense.csv")).rows().getFirst())
                .isEqualTo(new LlmServingSimImporter.LayerTime("act_fn", 1, 2.67733 * 1e-6));
        assertThat(LlmServingSimImporter.layers(file("per_sequence.csv"))
                        .rows()
                        .getFirst()
                        .layer())
                .isEqualTo("lm_head");
        assertThat(LlmServingSimImporter.attention(file("attention.csv")).rows())
                .isNotEmpty();
        ImportedRows<LlmServingSimImporter.Request> requests = LlmServingSimImporter.requests(file("requests.jsonl"));
        assertThat(requests.rows())
                .hasSize(40)
                .allSatisfy(r -> assertThat(r.timePerOutputToken()).isBetween(0.005, 0.1));
        assertThat(requests.rows().getFirst().timeToFirstToken()).isBetween(0.1, 0.2);
    }
}
