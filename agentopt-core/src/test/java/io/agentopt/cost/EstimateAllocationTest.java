package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.agentopt.cost.engine.EngineCostModel;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.Precision;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class EstimateAllocationTest {
    private static final CostModel ROOFLINE = RooflineCostModel.generic();

    private static final Demand[] DEMANDS = {
        TransformerDemand.decodeStep(ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-8B"), 1000, 4),
        OperatorDemand.gemm(64, 4096, 4096, Precision.FP16, Precision.FP16),
    };
    private static final DeviceSpec[] DEVICES = {
        DeviceCatalog.packaged().find("H100"),
        DeviceCatalog.packaged().find("A100-80GB-SXM"),
        DeviceSpec.cpu("cpu", 8, 1e12, 1e12, 1e11)
    };

    private static final int ESTIMATES = 100_000;
    private static final int ROUNDS = 200; // until the loop is compiled; it takes two or three

    private final SecondsSum sum = new SecondsSum();

    /** A byte for two estimates would be one object in a hundred; none is the rule. */
    @Test
    void addingUpEstimatesAllocatesNothingAfterWarmUp() {
        allocatesNothing(ROOFLINE);
    }

    @Test
    void norDoesItWithAnEngineOnTop() {
        allocatesNothing(EngineCostModel.generic());
    }

    private void allocatesNothing(CostModel cost) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertThat(threads.isThreadAllocatedMemorySupported()).isTrue();
        double least = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS && least > 0.5; round++) {
            sum.clear();
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ESTIMATES; i++) {
                cost.addSeconds(DEMANDS[i & 1], DEVICES[i % DEVICES.length], 1 + (i & 1), sum);
            }
            least = Math.min(least, (double) (threads.getCurrentThreadAllocatedBytes() - before) / ESTIMATES);
        }
        assertThat(sum.seconds()).isPositive();
        assertThat(least).as("bytes per estimate").isLessThan(0.5);
    }
}
