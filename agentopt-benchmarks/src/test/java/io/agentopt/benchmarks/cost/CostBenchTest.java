package io.agentopt.benchmarks.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.importer.AiconfiguratorProfiles;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.model.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CostBenchTest {
    private static final Path PACKAGED = DataFolders.packaged();

    @Test
    void thePackagedExtractGivesEveryMetricOfKernels() {
        List<Metric> metrics = CostBench.run(
                        new DataFolders(PACKAGED, PACKAGED, 1),
                        false,
                        CostBench.GROUPS.stream()
                                .filter(g -> !(g instanceof EstimateSpeed))
                                .toList())
                .metrics();
        assertThat(metrics.stream().map(Metric::name).collect(Collectors.toSet()))
                .contains(
                        "gemm_bf16_unseen_shapes.vidur.a100",
                        "gemm_bf16_unseen_shapes.vidur.a40",
                        "gemm_bf16_unseen_shapes.aiconfigurator.a100",
                        "gemm_bf16_unseen_shapes.aiconfigurator.h100",
                        "gemm_fp8_unseen_shapes.aiconfigurator.h100",
                        "gemm_device_transfer.a100_a40",
                        "gemm_device_transfer.a100_h100",
                        "attention_prefill.a100",
                        "attention_prefill.h100",
                        "attention_decode.a100",
                        "attention_decode.h100",
                        "allreduce.a100_dgx",
                        "sendrecv.a100_dgx",
                        "sendrecv.a100_pairwise",
                        "sendrecv.a40_pairwise",
                        "nccl_all_to_all.h100",
                        "allreduce_vllm_graph.a100",
                        "elementwise.layernorm.a100",
                        "elementwise.activation.a40",
                        "elementwise.add.a40");
        assertThat(metrics)
                .filteredOn(m -> m.unit().equals("%"))
                .allSatisfy(m -> assertThat(m.value()).as(m.name()).isBetween(0.1, 60.0));
    }

    @Test
    void noCalibrationPointSharesAShapeWithATestRow() {
        List<KernelMeasurement<Gemm>> rows = AiconfiguratorProfiles.gemms(
                        PACKAGED.resolve("aiconfigurator/a100_sxm_gemm_vllm_0.14.0_gemm_perf.csv.gz"), Precision.BF16)
                .rows();
        List<KernelMeasurement<Gemm>> points = ShapeSplit.calibration(rows, 200, 1);
        List<KernelMeasurement<Gemm>> test = ShapeSplit.test(rows);
        assertThat(points)
                .hasSize(200)
                .isEqualTo(ShapeSplit.calibration(rows, 200, 1))
                .isNotEqualTo(ShapeSplit.calibration(rows, 200, 2));
        assertThat(families(points)).isNotEmpty().doesNotContainAnyElementsOf(families(test));
        assertThat(test.size()).isBetween(rows.size() / 5, rows.size() / 2);
    }

    @Test
    void onlyTheGroupThatIsNamedRuns() {
        List<Metric> metrics = CostBench.run(List.of("--only", "all-RED", "--calibrate", PACKAGED.toString()))
                .metrics();
        assertThat(metrics).extracting(Metric::name).containsExactly("allreduce.a100_dgx");
        assertThatThrownBy(() -> CostBench.run(List.of("--only")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'--only'")
                .hasMessageContaining("GEMM");
        assertThatThrownBy(() -> CostBench.run(List.of("--only", "tensor")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'tensor'")
                .hasMessageContaining("All-reduce");
    }

    @Test
    void optionsThatAreWrongAreNamed() {
        assertThatThrownBy(() -> CostBench.run(List.of("--folder", "x")))
                .hasMessageContaining("'--folder'")
                .hasMessageContaining("--test DIR");
        assertThatThrownBy(() -> CostBench.run(List.of("--test"))).hasMessageContaining("needs a folder");
        assertThatThrownBy(() -> CostBench.run(List.of("--test", "nowhere"))).hasMessageContaining("'nowhere'");
        String packaged = PACKAGED.toString();
        assertThatThrownBy(() -> CostBench.run(List.of("--test", packaged, "--test", packaged)))
                .hasMessageContaining("'--test'")
                .hasMessageContaining("twice");
    }

    @Test
    void whatIsTimedIsWhatItsNameSays() {
        EstimateBenchmark timed = new EstimateBenchmark();
        assertThat(timed.corrected()).isTrue();
        assertThat(timed.gemm()).isPositive();
        assertThat(timed.attentionDecode()).isPositive();
        assertThat(timed.allReduce()).isPositive();
        assertThat(timed.decodeStepWithDemand()).isCloseTo(timed.decodeStep(), withinPercentage(1));
        assertThat(EstimateSpeed.snake("decodeStepWithDemand")).isEqualTo("decode_step_with_demand");
    }

    private static Set<Long> families(List<? extends KernelMeasurement<? extends KernelShape>> rows) {
        return rows.stream().map(m -> m.shape().family()).collect(Collectors.toSet());
    }
}
