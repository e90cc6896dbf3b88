package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Link;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipelineParallelTest {
    private static final ModelSpec LLAMA_70B = ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-70B");
    private static final DeviceSpec H100 = DeviceCatalog.packaged().find("H100");
    private static final Link NETWORK = Link.network(25e9, 1e-5);

    @Test
    void onePassByHand() {
        Demand pass =
                new Demand(8e12, 8e9, 4e9, 16e9, 16e9, 2e9, 8, 1, 16 * 1e6, 16, Precision.FP16, OperatorClass.PREFILL);
        PipelineParallel pipeline = PipelineParallel.of(pass, 4, 8);
        Demand one = pipeline.microBatch();
        assertThat(one.flops()).isEqualTo(8e12 / 32);
        assertThat(one.bytesRead()).isEqualTo(8e9 / 32);
        assertThat(one.weightBytes()).isEqualTo(4e9);
        assertThat(one.residentBytes()).isEqualTo(4e9);
        assertThat(one.kvBytesResident()).isEqualTo(0.5e9);
        assertThat(one.layers()).isEqualTo(2);
        assertThat(one.reductions()).isEqualTo(4);
        assertThat(one.reduceBytes()).isEqualTo(16e6 / 32);
        assertThat(pipeline.stage().weightBytes()).isEqualTo(32e9);
        assertThat(pipeline.stage().flops()).isEqualTo(2e12);
        assertThat(pipeline.slots()).isEqualTo(11);
        assertThat(pipeline.bubble()).isCloseTo(3.0 / 11, within(1e-15));
        assertThat(pipeline.boundaryBytes()).isEqualTo(1e6 / 8);
        assertThat(pipeline.transferBytes()).isEqualTo(3e6);
        double slot = known(RooflineCostModel.generic().seconds(one, H100)).seconds() + 1e-5 + 125e3 / 25e9;
        assertThat(known(pipeline.seconds(RooflineCostModel.generic(), H100, 1, NETWORK))
                        .seconds())
                .isCloseTo(11 * slot, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0", "2, 1, 0.5", "4, 1, 0.75", "4, 4, 0.42857142857142855", "8, 56, 0.1111111111111111"})
    void theBubbleOfOnePass(int stages, int microBatches, double bubble) {
        Demand pass = TransformerDemand.prefill(LLAMA_70B, 1000, 64);
        assertThat(PipelineParallel.of(pass, stages, microBatches).bubble()).isCloseTo(bubble, within(1e-12));
    }

    @Test
    void decodeStepsWaitForTheirOwnTokenOnly() {
        Demand steps = TransformerDemand.decode(LLAMA_70B, 100, 11, 16);
        assertThat(PipelineParallel.of(steps, 4, 1).slots()).isEqualTo(9 * 4 + 4);
        assertThat(PipelineParallel.of(steps, 4, 1).bubble()).isCloseTo(0.75, within(1e-12));
        assertThat(PipelineParallel.of(steps, 4, 8).slots()).isEqualTo(9 * 8 + 8 + 3);
        assertThat(PipelineParallel.of(steps, 4, 8).boundaryBytes()).isEqualTo(16 / 8 * 8192 * 2.0);
        assertThat(PipelineParallel.of(steps.times(0), 4, 8).slots()).isZero();
        assertThat(PipelineParallel.of(steps.times(0), 4, 8).bubble()).isZero();
    }

    @Test
    void theLargestStageSetsThePace() {
        Demand pass = TransformerDemand.prefill(LLAMA_70B, 1000, 1);
        assertThat(PipelineParallel.of(pass, 3, 1).microBatch().layers()).isCloseTo(27, within(1e-9));
        assertThat(PipelineParallel.of(pass, 3, 1).microBatch().flops()).isCloseTo(pass.flops() * 27 / 80, within(1.0));
    }

    @Test
    void oneStageOfOneMicroBatchIsTheWorkItself() {
        Demand steps = TransformerDemand.decode(LLAMA_70B, 100, 11, 4);
        CostModel cost = RooflineCostModel.generic();
        double whole = known(cost.seconds(steps, H100, 4)).seconds();
        assertThat(known(PipelineParallel.of(steps, 1, 1).seconds(cost, H100, 4, Link.SAME_DEVICE))
                        .seconds())
                .isCloseTo(whole, within(whole * 1e-12));
    }

    @Test
    void stagesMakeAModelFitThatOneDeviceCannotHold() {
        Demand pass = TransformerDemand.prefill(LLAMA_70B, 100, 4);
        CostModel cost = RooflineCostModel.generic();
        assertThat(cost.seconds(pass, H100)).isInstanceOf(Estimate.Infeasible.class);
        assertThat(PipelineParallel.of(pass, 2, 4).seconds(cost, H100, 1, NETWORK))
                .isInstanceOf(Estimate.Infeasible.class);
        assertThat(PipelineParallel.of(pass, 4, 4).seconds(cost, H100, 1, NETWORK))
                .isInstanceOf(Estimate.Known.class);
    }

    @Test
    void badInputIsNamed() {
        Demand pass = TransformerDemand.prefill(LLAMA_70B, 100, 4);
        assertThatThrownBy(() -> PipelineParallel.of(pass, 0, 1)).hasMessageContaining("0 stages");
        assertThatThrownBy(() -> PipelineParallel.of(pass, 2, 0)).hasMessageContaining("0 micro-batches");
        assertThatThrownBy(() -> PipelineParallel.of(pass, 81, 1)).hasMessageContainingAll("81 stages", "layers (80)");
        assertThatThrownBy(() -> PipelineParallel.of(pass, 2, 1, Double.NaN)).hasMessageContaining("NaN bytes");
        Demand kernel = Demand.kernel(OperatorClass.INFER, Precision.FP16, 1e9, 1e6, 1e6);
        assertThatThrownBy(() -> PipelineParallel.of(kernel, 2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Give the bytes between stages");
        assertThat(PipelineParallel.of(kernel, 2, 1, 1e6).transferBytes()).isEqualTo(1e6);
    }

    private static Estimate.Known known(Estimate estimate) {
        return (Estimate.Known) estimate;
    }
}
