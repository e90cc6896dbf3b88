package io.agentopt.examples.tco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.model.Precision;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class PoolMatchTest {
    /** Worked out by hand: 8 prompts in 0.2 s on 2 devices, 64 answers in 16 s on 4. */
    private final PoolMatch pool =
            new PoolMatch(new Stage.Sized(2, 8, .2, 40, 0, false), new Stage.Sized(4, 64, 16, 4, 0, false));

    @Test
    void poolsFinishEquallyManyRequests() {
        assertThat(pool.prefillGroupsPerDecodeGroup()).isCloseTo(.1, within(1e-12)); // 4 / 40
        assertThat(pool.prefillDevicesPerDecodeDevice()).isCloseTo(.05, within(1e-12)); // .1 * 2 / 4
    }

    @Test
    void aRequestPaysItsDeviceSecondsOnBothSides() {
        // 2 / 40 = .05 device-seconds at 3.60 $/h and 4 / 4 = 1 at 1.80 $/h
        assertThat(pool.dollarsPerRequest(3.6, 1.8)).isCloseTo(.00005 + .0005, within(1e-12));
    }

    @Test
    void tokensAndDollarsAreReciprocal() {
        Scenario scenario = new Scenario("8B", Precision.FP16, 512, 500, Target.THROUGHPUT);
        SizedStage prefill = new SizedStage(
                "P", Phase.PREFILL, pool.prefill(), Map.of(), OptionalDouble.empty(), OptionalDouble.empty());
        SizedStage decode = new SizedStage(
                "D", Phase.DECODE, pool.decode(), Map.of(), OptionalDouble.empty(), OptionalDouble.empty());
        Cell.Priced cell = new Cell.Priced(new PricedStages(prefill, 3.6, decode, 1.8), Optional.empty());
        assertThat(cell.dollarsPerMillionTokens(scenario)).isCloseTo(1.1, within(1e-12)); // .00055 / 500 * 1e6
        assertThat(cell.tokensPerSecondPerDollarPerHour(scenario)).isCloseTo(500 / 1.98, within(1e-9));
    }
}
