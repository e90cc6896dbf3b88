package io.agentopt.examples.tco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.engine.EngineCostModel;
import io.agentopt.model.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StageSearchTest {
    private static final StudyDevice H100 = DeviceSet.dense().find("H100");
    private static final Scenario FAST = new Scenario("8B", Precision.FP16, 512, 101, Target.LATENCY);
    private static final Scenario FREE = new Scenario("8B", Precision.FP16, 512, 101, Target.THROUGHPUT);

    @Test
    void theLargestBatchThatKeepsThePromise() {
        // one device: .05 + .02 b <= .25 at b = 10; one request holds .05 / 10 + .02 = .025 device-seconds
        SizedStage stage = StageSearch.size(new LinearCost(.05, .02, 1000, .35), FAST, H100, Phase.PREFILL);
        Stage.Sized one = sized(stage, 1);
        assertThat(one.batch()).isEqualTo(10);
        assertThat(one.deviceSeconds()).isCloseTo(.025, within(1e-12));
        // two: .05 + .01 b <= .25 at b = 20, 2 * .25 / 20: the same, so the smaller degree stays
        assertThat(sized(stage, 2).batch()).isEqualTo(20);
        assertThat(stage.sized().orElseThrow().tensorParallel()).isEqualTo(1);
    }

    @Test
    void withoutAPromiseTheLargestBatchThatFits() {
        SizedStage stage = StageSearch.size(new LinearCost(.05, .02, 37, .35), FREE, H100, Phase.PREFILL);
        assertThat(sized(stage, 1).batch()).isEqualTo(37);
        assertThat(sized(stage, 8).batch()).isEqualTo(8 * 37);
    }

    @Test
    void aSlowerModelNeedsMoreDeviceSecondsAndMayBreakThePromise() {
        SizedStage stage = StageSearch.size(new LinearCost(.05, .02, 1000, .35), FAST, H100, Phase.PREFILL);
        double now = stage.sized().orElseThrow().deviceSeconds();
        assertThat(stage.slowDeviceSeconds().orElseThrow()).isGreaterThan(now * 1.3);
        assertThat(stage.fastDeviceSeconds().orElseThrow()).isLessThan(now / 1.3);
        SizedStage tight = StageSearch.size(new LinearCost(.2, .02, 1000, .35), FAST, H100, Phase.PREFILL);
        assertThat(tight.sized()).isPresent();
        assertThat(tight.slowDeviceSeconds()).isEmpty();
    }

    @Test
    void refusalsSayWhy() {
        assertThat(refusal(new LinearCost(.3, .008, 9, .35), FAST, H100))
                .isEqualTo(new Stage.Refusal(
                        Stage.Kind.SLA,
                        "The prefill of 512/101 8B FP16 latency on device 'H100' (8 of them) takes 301.0 ms to the first token at"
                                + " batch 1, above 250 ms."));
        assertThat(refusal(new LinearCost(.01, .01, 0, .35), FAST, H100).kind()).isEqualTo(Stage.Kind.MEMORY);
        Scenario fp8 = new Scenario("8B", Precision.FP8, 512, 101, Target.LATENCY);
        Stage.Refusal noRate =
                refusal(new LinearCost(.01, .01, 9, .35), fp8, DeviceSet.paper().find("H100"));
        assertThat(noRate.kind()).isEqualTo(Stage.Kind.NO_RATE);
        assertThat(noRate.reason()).contains("fp8", "H100");
    }

    @Test
    void linksBoundBatchesUnderAPromise() {
        // 131,072 bytes * 512 tokens = 67 MB a request; 50 GB/s for .25 s carry 186 of them
        SizedStage stage = StageSearch.size(new LinearCost(1e-6, 1e-6, 1000, .35), FAST, H100, Phase.PREFILL);
        Stage.Sized one = sized(stage, 1);
        assertThat(one.batch()).isEqualTo(186);
        assertThat(one.linkBound()).isTrue();
        // one request of 32,000 tokens within 20 ms is 210 GB/s to one device, 105 to two, 52 to four
        Scenario longPrompt = new Scenario("8B", Precision.FP16, 32000, 101, Target.LATENCY);
        SizedStage decode = StageSearch.size(new LinearCost(1e-6, 1e-6, 1000, .35), longPrompt, H100, Phase.DECODE);
        assertThat(decode.byDegree().get(4))
                .isInstanceOfSatisfying(
                        Stage.Refused.class, r -> assertThat(r.refusal().kind()).isEqualTo(Stage.Kind.LINK));
        assertThat(decode.sized().orElseThrow().tensorParallel()).isEqualTo(8);
    }

    @Test
    void linksCapTheFlowWithoutAPromise() {
        SizedStage stage = StageSearch.size(new LinearCost(1e-6, 1e-6, 1000, .35), FREE, H100, Phase.PREFILL);
        Stage.Sized one = sized(stage, 1);
        assertThat(one.requestsPerSecond()).isCloseTo(50e9 / (131072.0 * 512), within(1e-6));
        assertThat(one.linkBound()).isTrue();
    }

    /** The slow twin: every batch in turn. */
    @ParameterizedTest
    @EnumSource(Phase.class)
    void theSearchFindsWhatTryingEveryBatchFinds(Phase phase) {
        CostModel cost = EngineCostModel.generic();
        Scenario scenario = new Scenario("8B", Precision.FP16, 512, 512, Target.LATENCY);
        SizedStage stage = StageSearch.size(cost, scenario, H100, phase);
        stage.byDegree().forEach((n, sized) -> {
            int largest = 0;
            for (int b = 1; b <= 2048; b++) {
                Estimate e = phase == Phase.PREFILL
                        ? cost.prefill(scenario.model(), H100.rates(), n, 512, b, 0)
                        : cost.decode(scenario.model(), H100.rates(), n, 512, 512, b);
                double steps = phase == Phase.PREFILL ? 1 : 511;
                if (e instanceof Estimate.Known k
                        && k.seconds() / steps <= scenario.target().limitSeconds(phase)) {
                    double flow = phase == Phase.PREFILL ? b / .25 : Math.max(1, b / steps) / .02;
                    if (flow * 131072 * 512 / n <= 50e9) largest = b;
                }
            }
            assertThat(((Stage.Sized) sized).batch()).as("%d devices", n).isEqualTo(largest);
        });
    }

    private static Stage.Sized sized(SizedStage stage, int degree) {
        if (stage.byDegree().get(degree) instanceof Stage.Sized s) return s;
        throw new AssertionError(stage + " has no size on " + degree);
    }

    private static Stage.Refusal refusal(CostModel cost, Scenario scenario, StudyDevice device) {
        return ((Stage.Refused)
                        StageSearch.size(cost, scenario, device, Phase.PREFILL).best())
                .refusal();
    }
}
