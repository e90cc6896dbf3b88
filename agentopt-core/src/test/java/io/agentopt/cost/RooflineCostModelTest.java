package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import org.junit.jupiter.api.Test;

class RooflineCostModelTest {
    private static final DeviceSpec H100 = DeviceCatalog.packaged().find("H100");
    private static final ModelSpec LLAMA_8B = ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-8B");
    private static final ModelSpec LLAMA_70B = ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-70B");

    private static DeviceEfficiency terms(
            double compute, double memory, double operator, double layer, double exponent) {
        return new DeviceEfficiency(compute, memory, operator, layer, exponent, Confidence.MEASURED, 0.05);
    }

    @Test
    void theFormulaByHand() {
        EfficiencyTable table =
                EfficiencyTable.generic().with("H100-SXM", OperatorClass.GEMM, terms(0.5, 0.8, 1e-5, 0, 2));
        Demand gemm = OperatorDemand.gemm(4096, 4096, 4096, Precision.FP16, Precision.FP16);
        double compute = 2 * Math.pow(4096, 3) / (989e12 * 0.5), memory = 3 * 4096 * 4096 * 2.0 / (3350e9 * 0.8);
        Estimate.Known known = (Estimate.Known) new RooflineCostModel(table).seconds(gemm, H100);
        assertThat(known.seconds()).isCloseTo(Math.hypot(compute, memory) + 1e-5, within(1e-15));
        assertThat(known.breakdown()).isEqualTo(new Estimate.Breakdown(compute, memory, 1e-5, 0));
        assertThat(known.confidence()).isEqualTo(Confidence.MEASURED);
        assertThat(known.breakdown().bound()).isEqualTo("compute");
    }

    @Test
    void aGroupBeyondAHostPaysTheNetworkOrIsUnknown() {
        Demand step = TransformerDemand.decodeStep(LLAMA_70B, 1000, 16);
        Estimate.Known host = (Estimate.Known) RooflineCostModel.generic().seconds(step, H100, 8);
        Estimate.Known hosts = (Estimate.Known) RooflineCostModel.generic().seconds(step, H100, 16);
        assertThat(hosts.breakdown().collectiveSeconds())
                .isGreaterThan(host.breakdown().collectiveSeconds() + 160 * 30e-6);
        DeviceSpec noNetwork = DeviceCatalog.packaged().find("TPU-v5p");
        assertThat(noNetwork.scaleOutBytesPerSecond()).isEmpty();
        assertThat(RooflineCostModel.generic().seconds(step, noNetwork, 8)).isInstanceOf(Estimate.Known.class);
        assertThat(RooflineCostModel.generic().seconds(step, noNetwork, 16))
                .isInstanceOfSatisfying(
                        Estimate.Unknown.class,
                        u -> assertThat(u.reason()).contains("scale-out rate of device 'TPU-v5p'", "at most 8"));
    }

    @Test
    void tensorParallelismSharesWorkAndPaysTwoAllReducesPerLayer() {
        Demand step = TransformerDemand.decodeStep(LLAMA_70B, 1000, 16);
        DeviceSpec h200 = DeviceCatalog.packaged().find("H200");
        Estimate.Known two = (Estimate.Known) RooflineCostModel.generic().seconds(step, h200, 2);
        Estimate.Known four = (Estimate.Known) RooflineCostModel.generic().seconds(step, h200, 4);
        assertThat(four.breakdown().memorySeconds()).isCloseTo(two.breakdown().memorySeconds() / 2, within(1e-12));
        assertThat(four.breakdown().floorSeconds()).isEqualTo(two.breakdown().floorSeconds());
        double bytes = 160.0 * 16 * 8192 * 2;
        assertThat(four.breakdown().collectiveSeconds())
                .isCloseTo(
                        2 * 0.75 * bytes / (450e9 * 0.75) + 160 * (7e-6 + 8e-9 * Math.sqrt(bytes / 160)),
                        within(1e-12));
    }

    @Test
    void whatDoesNotFitIsInfeasibleAndSaysHowManyDevicesWould() {
        Demand step = TransformerDemand.decodeStep(LLAMA_70B, 1000, 1);
        assertThat(RooflineCostModel.generic().seconds(step, H100, 1))
                .isInstanceOfSatisfying(
                        Estimate.Infeasible.class,
                        i -> assertThat(i.reason())
                                .contains("141.1 GB")
                                .contains("1 x 'H100-SXM'")
                                .contains("at least 3"));
        assertThat(RooflineCostModel.generic().seconds(step, H100, 3)).isInstanceOf(Estimate.Known.class);
    }

    @Test
    void whatIsNotKnownIsUnknown() {
        Demand fp32 = OperatorDemand.gemm(1, 1, 1, Precision.FP32, Precision.FP32);
        assertThat(RooflineCostModel.generic().seconds(fp32, H100))
                .isInstanceOfSatisfying(
                        Estimate.Unknown.class,
                        u -> assertThat(u.reason()).contains("fp32").contains("H100-SXM"));
        DeviceSpec cpu = DeviceSpec.cpu("cpu", 2, 1e11, 1e12, 1e10);
        Demand step = TransformerDemand.decodeStep(LLAMA_8B, 100, 1);
        assertThat(RooflineCostModel.generic().seconds(step, cpu, 2)).isInstanceOf(Estimate.Unknown.class);
        assertThat(RooflineCostModel.generic().seconds(step, cpu)).isInstanceOf(Estimate.Known.class);
        assertThatThrownBy(() -> RooflineCostModel.generic().seconds(step, cpu, 0))
                .hasMessageContaining("degree of 0");
    }

    @Test
    void theTablePrefersTheFormatThenTheClassThenTheKind() {
        DeviceEfficiency any = terms(0.5, 0.5, 0, 0, 2), fp8 = terms(0.4, 0.5, 0, 0, 2);
        EfficiencyTable table = EfficiencyTable.generic()
                .with("H100-SXM", OperatorClass.GEMM, any)
                .with("H100-SXM", OperatorClass.GEMM, Precision.FP8, fp8);
        assertThat(table.find(H100, OperatorClass.GEMM, Precision.FP8)).isEqualTo(fp8);
        assertThat(table.find(H100, OperatorClass.GEMM, Precision.FP16)).isEqualTo(any);
        assertThat(table.find(H100, OperatorClass.DECODE, Precision.FP16).confidence())
                .isEqualTo(Confidence.GENERIC);
        assertThat(table.find(DeviceCatalog.packaged().find("MI300X"), OperatorClass.PREFILL, Precision.FP16)
                        .compute())
                .isEqualTo(0.514);
    }

    /** A published, measured cell: H100, Llama-3.1-8B, batch 1 decodes in 6 to 8 ms per token with common engines. */
    @Test
    void genericDecodeIsInTheRightPlace() {
        Estimate.Known step = (Estimate.Known)
                RooflineCostModel.generic().seconds(TransformerDemand.decodeStep(LLAMA_8B, 1000, 1), H100);
        assertThat(step.seconds()).isBetween(0.005, 0.009);
        assertThat(step.breakdown().bound()).isEqualTo("memory");
    }

    @Test
    void theKvCacheTakesWhatWeightsAndEngineLeave() {
        double free = 80e9 * 0.9 - 2e9 - TransformerDemand.weightBytes(LLAMA_8B);
        assertThat(KvCapacity.tokens(LLAMA_8B, H100, 1)).isEqualTo(Math.floor(free / 131072));
        int most = KvCapacity.sequences(LLAMA_8B, 4096, H100, 1);
        assertThat(RooflineCostModel.generic().seconds(TransformerDemand.decodeStep(LLAMA_8B, 4096, most), H100))
                .isInstanceOf(Estimate.Known.class);
        assertThat(RooflineCostModel.generic().seconds(TransformerDemand.decodeStep(LLAMA_8B, 4096, most + 1), H100))
                .isInstanceOf(Estimate.Infeasible.class);
        assertThat(KvCapacity.sequences(LLAMA_70B, 1, H100, 1)).isZero();
    }

    @Test
    void efficienciesCheckThemselves() {
        assertThatThrownBy(() -> terms(0, 0.5, 0, 0, 2)).hasMessageContaining("compute efficiency (0.0)");
        assertThatThrownBy(() -> terms(0.5, 1.2, 0, 0, 2)).hasMessageContaining("memory efficiency (1.2)");
        assertThatThrownBy(() -> terms(0.5, 0.5, -1, 0, 2)).hasMessageContaining("operatorFloorSeconds");
        assertThatThrownBy(() -> terms(0.5, 0.5, 0, Double.NaN, 2)).hasMessageContaining("layerFloorSeconds");
        assertThatThrownBy(() -> terms(0.5, 0.5, 0, 0, 5)).hasMessageContaining("exponent (5.0)");
    }
}
