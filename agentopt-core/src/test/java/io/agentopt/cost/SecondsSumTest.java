package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import org.junit.jupiter.api.Test;

class SecondsSumTest {
    private static final DeviceSpec H100 = DeviceCatalog.packaged().find("H100");
    private static final Demand GEMM = OperatorDemand.gemm(64, 4096, 4096, Precision.FP16, Precision.FP16);

    @Test
    void oneTermIsItsEstimate() {
        SecondsSum sum = new SecondsSum();
        RooflineCostModel.generic().addSeconds(GEMM, H100, 1, sum);
        assertThat(sum.estimate()).isEqualTo(RooflineCostModel.generic().seconds(GEMM, H100));
        @SuppressWarnings("UnnecessaryMethodReference") // so that addSeconds is the interface's own
        CostModel other = RooflineCostModel.generic()::seconds;
        sum.clear();
        other.addSeconds(GEMM, H100, 1, sum);
        assertThat(sum.estimate()).isEqualTo(other.seconds(GEMM, H100));
    }

    @Test
    void timesSpreadsAndBreakdownsAddUpAndTheLeastSureStands() {
        SecondsSum sum = new SecondsSum();
        sum.add(new Estimate.Known(3, 0.1, Confidence.MEASURED, new Estimate.Breakdown(1, 2, 0.5, 0)));
        sum.add(new Estimate.Known(1, 0.5, Confidence.TRANSFERRED, new Estimate.Breakdown(0, 0.5, 0.25, 0.25)));
        Estimate.Known known = (Estimate.Known) sum.estimate();
        assertThat(known.seconds()).isEqualTo(4);
        assertThat(known.relativeSpread()).isCloseTo(0.2, within(1e-15));
        assertThat(known.confidence()).isEqualTo(Confidence.TRANSFERRED);
        assertThat(known.breakdown()).isEqualTo(new Estimate.Breakdown(1, 2.5, 0.75, 0.25));
    }

    @Test
    void anOperatorWithoutATimeLeavesTheSumWithoutOne() {
        SecondsSum sum = new SecondsSum();
        Estimate unknown = new Estimate.Unknown("no rate");
        Estimate infeasible = new Estimate.Infeasible("too large");
        sum.add(unknown);
        RooflineCostModel.generic().addSeconds(GEMM, H100, 1, sum);
        assertThat(sum.isKnown()).isFalse();
        assertThat(sum.estimate()).isEqualTo(unknown);
        sum.add(infeasible);
        sum.add(unknown);
        assertThat(sum.estimate()).isEqualTo(infeasible);
        assertThatThrownBy(sum::seconds)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("too large");
        sum.clear();
        assertThat(sum.seconds()).isZero();
        assertThat(sum.isKnown()).isTrue();
    }

    @Test
    void aSumBeyondADoubleIsUnknown() {
        SecondsSum sum = new SecondsSum();
        Estimate.Known longest = new Estimate.Known(1e308, 0, Confidence.GENERIC, new Estimate.Breakdown(0, 0, 0, 0));
        sum.add(longest);
        sum.add(longest);
        assertThat(sum.estimate()).isInstanceOf(Estimate.Unknown.class);
    }
}
