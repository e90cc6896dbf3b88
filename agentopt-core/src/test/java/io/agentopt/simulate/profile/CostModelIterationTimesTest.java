package io.agentopt.simulate.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.engine.EngineCostModel;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.simulate.server.IterationWork;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CostModelIterationTimesTest {
    private static final ModelSpec LLAMA = ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-8B");
    private static final DeviceSpec H100 = DeviceCatalog.packaged().find("H100-SXM");

    private final IterationWork work = new IterationWork();

    static Stream<CostModel> models() {
        return Stream.of(RooflineCostModel.generic(), EngineCostModel.generic());
    }

    @ParameterizedTest
    @MethodSource("models")
    void aStepIsTheCostModelsStep(CostModel costs) {
        CostModelIterationTimes times = new CostModelIterationTimes(costs, LLAMA, H100, 1);
        for (int context : new int[] {1, 700, 1024, 5000}) {
            work.clear();
            work.addDecodes(37, 37L * context);
            assertThat(times.seconds(work))
                    .isCloseTo(seconds(costs.decodeStep(LLAMA, H100, 1, context, 37)), withinPercentage(1));
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void chunksAddToAStepLessThanTheyTakeAlone(CostModel costs) {
        CostModelIterationTimes times = new CostModelIterationTimes(costs, LLAMA, H100, 1);
        work.addChunk(512, 1024);
        double alone = times.seconds(work);
        assertThat(alone).isEqualTo(seconds(costs.prefill(LLAMA, H100, 1, 1536, 1, 1024)));
        work.addDecodes(64, 64_000);
        double both = times.seconds(work);
        work.clear();
        work.addDecodes(64, 64_000);
        double step = times.seconds(work);
        assertThat(both).isGreaterThan(step).isLessThan(step + alone);
    }

    @Test
    void aBatchThatSharesPrefixesMayBeLargerThanTheMemorySeems() {
        CostModelIterationTimes times = new CostModelIterationTimes(RooflineCostModel.generic(), LLAMA, H100, 1);
        assertThat(RooflineCostModel.generic().decodeStep(LLAMA, H100, 1, 1 << 15, 32))
                .isInstanceOf(Estimate.Infeasible.class);
        double[] seconds = new double[3];
        for (int i = 0; i < 3; i++) {
            work.clear();
            work.addDecodes(32, 32L * 10_000 * (i + 1));
            seconds[i] = times.seconds(work);
        }
        assertThat(seconds[2] - seconds[1]).isCloseTo(seconds[1] - seconds[0], withinPercentage(5));
    }

    @Test
    void aDeviceWithoutATimeIsRefused() {
        DeviceSpec l4 = DeviceCatalog.packaged().find("L4");
        ModelSpec large = ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-70B");
        assertThatThrownBy(() -> new CostModelIterationTimes(RooflineCostModel.generic(), large, l4, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be simulated");
    }

    private static double seconds(Estimate estimate) {
        return ((Estimate.Known) estimate).seconds();
    }
}
