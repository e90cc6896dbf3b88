package io.agentopt.lower;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.graph.AgentGraph;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.Attribute.Estimate;
import io.agentopt.plan.Bound;
import io.agentopt.plan.Placement;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlannedDevices;
import io.agentopt.plan.PlannedOperator;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.program.Program;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a plan predicts goes through the IR into the program, and through the twin the same. */
@RequiresMlir
class PredictionsTest {
    private static final AgentGraph<String, String> ASK = AgentGraph.define(
            "ask",
            String.class,
            String.class,
            (g, q) -> g.node("say", generate(model("m")), g.node("prompt", Prompt::system, q))
                    .map("text", Completion::text)
                    .map("short", String::strip));

    private static final OperatorId PREFILL = OperatorId.prefill("say");
    private static final OperatorId DECODE = OperatorId.decode("say");

    private static Placement placed(AgentGraph<?, ?> graph, String prefill, String decode) {
        return LoweringTest.all(graph, "cpu", Map.of(PREFILL, prefill, DECODE, decode));
    }

    private static Plan<String, String> plan(Placement placement, Sla sla, double load) {
        List<PlannedOperator> operators = new ArrayList<>();
        placement.deviceClasses().forEach((id, device) -> {
            double seconds = id.equals(PREFILL) ? 0.25 : id.equals(DECODE) ? 0.75 : 0.125;
            operators.add(new PlannedOperator(
                    id, device, "tp=1", seconds, 0.5, id.equals(DECODE) ? "GENERIC" : "MEASURED", 2, 1, load));
        });
        return new Plan<>(
                ASK,
                "test",
                Workload.poisson(5),
                sla,
                placement,
                operators,
                List.of(
                        new PlannedDevices("H100", "H100-SXM", "gpu", "NVIDIA", 4, 14.4, 0.2, 2e10, "load"),
                        new PlannedDevices("cpu", "CPU-32-core", "cpu", "", 1, 0, 0.1, 0, "host")),
                1,
                OptionalDouble.empty(),
                List.of(),
                14.4,
                new Bound(14.4, 0, true),
                List.of());
    }

    private static final Sla P95 = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(3));

    @Test
    void aPlansNumbersAreWrittenOnItsOps() {
        Placement placement = placed(ASK, "H100", "H100");
        LoweringCosts costs = LoweringCosts.of(plan(placement, P95, 0.5));
        String ir = new MlirLowering(costs).traced(ASK, placement).getLast().text();
        // 0.5 devices busy of 4 that cost 14.4 $/h, 2 * 5 runs a second: 0.5 * 3.6 / 36000
        assertThat(ir)
                .contains("attributes {sla = #agent.sla<percentile = 9.500000e+01, end_to_end = 3.000000e+00>}")
                .containsPattern("agent\\.prefill .*seconds = 2\\.500000e-01, dollars = 5\\.000000e-05, "
                        + "spread = 5\\.000000e-01, confidence = \"measured\"")
                .containsPattern("agent\\.decode .*seconds = 7\\.500000e-01.*confidence = \"generic\"");
    }

    @Test
    void bothLoweringsPredictTheSame() {
        for (String decode : List.of("H100", "cpu")) {
            AgentGraph<String, String> graph = LoweringTest.support();
            Map<OperatorId, Double> seconds = Map.of(
                    OperatorId.prefill("think/generate"),
                    0.125,
                    OperatorId.decode("think/generate"),
                    0.1,
                    OperatorId.whole("retrieve"),
                    1.0 / 3,
                    OperatorId.whole("think/tools/tool"),
                    0.0);
            Placement placement = LoweringTest.all(graph, "H100", Map.of(OperatorId.decode("think/generate"), decode));
            LoweringCosts costs = PlannedCostsTest.timed(Set.of(), seconds, Map.of());
            Program optimised = new MlirLowering(costs).lower(graph, placement);
            assertThat(optimised.predictedSeconds())
                    .isEqualTo(seconds)
                    .isEqualTo(new DirectLowering(costs).lower(graph, placement).predictedSeconds());
        }
    }

    @Test
    void aCallThatStaysWholeIsPredictedAsTheSumOfItsPhases() {
        Map<OperatorId, Double> seconds = Map.of(PREFILL, 1e-5, DECODE, 0.75);
        LoweringCosts costs = PlannedCostsTest.timed(Set.of("hosted"), seconds, Map.of());
        for (Lowering lowering : List.of(new MlirLowering(costs), new DirectLowering(costs))) {
            assertThat(lowering.lower(ASK, placed(ASK, "hosted", "hosted")).predictedSeconds())
                    .isEqualTo(Map.of(OperatorId.whole("say"), 1e-5 + 0.75));
        }
        assertThat(new MlirLowering(costs)
                        .lower(ASK, placed(ASK, "H100", "H100"))
                        .predictedSeconds())
                .isEqualTo(Map.of(OperatorId.whole("say"), 1e-5 + 0.75));
    }

    @Test
    void functionsThatWereFusedArePredictedTogether() {
        Map<OperatorId, Double> seconds = Map.of(OperatorId.whole("text"), 0.25, OperatorId.whole("short"), 0.5);
        LoweringCosts costs = PlannedCostsTest.timed(Set.of(), seconds, Map.of());
        assertThat(new MlirLowering(costs)
                        .lower(ASK, placed(ASK, "H100", "H100"))
                        .predictedSeconds())
                .isEqualTo(Map.of(OperatorId.whole("short"), 0.75));
    }

    /** Prompts of samples are read once: that the calls differ in what is expected of them keeps nothing apart before. */
    @Test
    void whatIsExpectedDoesNotKeepEqualWorkApart() {
        AgentGraph<String, Object> graph = AgentGraph.define("twice", String.class, Object.class, (g, q) -> {
            var prompt = g.node("prompt", Prompt::system, q);
            var a = g.node("a", generate(model("m")).expecting(10, 20), prompt);
            var b = g.node("b", generate(model("m")).expecting(20, 20), prompt);
            return g.node("both", (Object x, Object y) -> List.of(x, y), a, b);
        });
        LoweringCosts costs = PlannedCostsTest.timed(
                Set.of(), Map.of(OperatorId.prefill("a"), 0.1, OperatorId.prefill("b"), 0.2), Map.of());
        assertThat(new MlirLowering(costs)
                        .lower(graph, LoweringTest.all(graph, "cpu", Map.of()))
                        .predictedSeconds())
                .isEqualTo(Map.of(OperatorId.prefill("a"), 0.1));
    }

    @Test
    void whatThePlanDoesNotKnowIsLeftOut() {
        Placement placement = placed(ASK, "hosted", "hosted"); // no device of the plan's
        LoweringCosts costs = LoweringCosts.of(plan(placement, P95.firstToken(Duration.ofHours(1)), Double.NaN));
        Estimate prefill = costs.estimate(PREFILL).orElseThrow();
        assertThat(prefill.dollars()).isEmpty();
        assertThat(prefill.seconds().orElseThrow()).isEqualTo(0.25);
        assertThat(costs.sla().orElseThrow().firstToken()).isEmpty();
        assertThat(new MlirLowering(costs).lower(ASK, placement).predictedSeconds())
                .containsKey(DECODE);
    }

    @Test
    void aSumIsAsUnsureAsItsParts() {
        Estimate sum = Estimates.sum(estimate(1, 0.5, "measured"), estimate(3, 0.1, "transferred"));
        assertThat(sum.seconds().orElseThrow()).isEqualTo(4);
        assertThat(sum.spread().orElseThrow()).isCloseTo(0.2, within(1e-12));
        assertThat(sum.confidence()).contains("transferred");
        assertThat(sum.dollars()).isEmpty();
        assertThat(Estimates.sum(Estimate.ofSeconds(0), Estimate.ofSeconds(0)).spread())
                .isEmpty();
    }

    private static Estimate estimate(double seconds, double spread, String confidence) {
        return new Estimate(
                OptionalDouble.of(seconds), OptionalDouble.empty(), OptionalDouble.of(spread), Optional.of(confidence));
    }
}
