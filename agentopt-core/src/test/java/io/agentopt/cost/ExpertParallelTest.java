package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.LinkCatalog;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExpertParallelTest {
    private static final ModelSpec QWEN = ModelCatalog.packaged().find("Qwen/Qwen3-30B-A3B");
    private static final DeviceSpec H100 = DeviceCatalog.packaged().find("H100");

    @Test
    void oneDeviceDoesAllTheWorkAndSendsNothing() {
        Demand step = TransformerDemand.decodeStep(QWEN, 100, 4);
        ExpertParallel one = ExpertParallel.of(QWEN, step, 1);
        assertThat(one.imbalance()).isEqualTo(1);
        assertThat(one.exchanges()).isZero();
        assertThat(one.device().flops()).isCloseTo(step.flops(), within(step.flops() * 1e-12));
        assertThat(one.device().weightBytes()).isCloseTo(step.weightBytes(), within(step.weightBytes() * 1e-12));
        assertThat(one.device().residentBytes()).isEqualTo(step.residentBytes());
    }

    @Test
    void expertsAreDividedAndTheRestIsCopied() {
        Parameters p = Parameters.of(QWEN);
        ExpertParallel eight = ExpertParallel.of(QWEN, TransformerDemand.decodeStep(QWEN, 100, 64), 8);
        assertThat(eight.device().residentBytes()).isCloseTo(2 * (p.total() - p.routedPerExpert() * 112), within(1.0));
        assertThat(eight.exchanges()).isEqualTo(2 * 48);
        // 8 of 128 experts, 16 a device: a device has none with probability prod (112 - i) / (128 - i)
        double none = 1;
        for (int i = 0; i < 8; i++) none *= (112.0 - i) / (128 - i);
        assertThat(eight.exchangeBytes()).isCloseTo(64 / 8.0 * 7 * (1 - none) * 2048 * 2, within(1e-6));
    }

    /** Simulated routing is the slow twin: random subsets of experts for each token. */
    @Test
    void imbalanceAgreesWithSimulatedRouting() {
        Random random = new Random(20261122);
        for (int tokens : new int[] {8, 64, 1024}) {
            int trials = 400;
            double largest = 0;
            for (int t = 0; t < trials; t++) largest += mostLoaded(random, tokens);
            double simulated = largest / trials / (tokens * 8 / 8.0);
            assertThat(ExpertParallel.imbalance(tokens * 8 / 8.0, 8)).isCloseTo(simulated, within(0.06 * simulated));
        }
        assertThat(ExpertParallel.imbalance(1e9, 64)).isBetween(1.0, 1.001);
        assertThat(ExpertParallel.imbalance(0.01, 64)).isBetween(20.0, 64.0 / 0.64);
    }

    private static int mostLoaded(Random random, int tokens) {
        int[] load = new int[8];
        for (int t = 0; t < tokens; t++) {
            random.ints(0, 128).distinct().limit(8).forEach(e -> load[e / 16]++);
        }
        int most = 0;
        for (int l : load) most = Math.max(most, l);
        return most;
    }

    @Test
    void exchangesTakeTheirTimeOnTheLink() {
        ExpertParallel eight = ExpertParallel.of(QWEN, TransformerDemand.prefill(QWEN, 4096, 1), 8);
        var link = LinkCatalog.packaged().find("NVLink-4");
        Estimate.Known alone = (Estimate.Known) RooflineCostModel.generic().seconds(eight.device(), H100);
        Estimate.Known all = (Estimate.Known) eight.seconds(RooflineCostModel.generic(), H100, link);
        assertThat(all.seconds() - alone.seconds())
                .isCloseTo(96 * (link.latencySeconds() + eight.exchangeBytes() / 450e9), within(1e-9));
    }

    @Test
    void denseModelsAndTooManyDevicesAreRefusedByName() {
        ModelSpec dense = ModelCatalog.packaged().find("qwen3-14b");
        Demand step = TransformerDemand.decodeStep(dense, 10, 1);
        assertThatThrownBy(() -> ExpertParallel.of(dense, step, 2)).hasMessageContaining("tensor parallelism");
        Demand qwen = TransformerDemand.decodeStep(QWEN, 10, 1);
        assertThatThrownBy(() -> ExpertParallel.of(QWEN, qwen, 129)).hasMessageContaining("1 to 128");
    }
}
