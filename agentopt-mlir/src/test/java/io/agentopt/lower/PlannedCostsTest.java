package io.agentopt.lower;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.agentopt.graph.AgentGraph;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.mlir.dialect.SlaMark;
import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.Attribute.Estimate;
import io.agentopt.plan.Placement;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.program.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

@RequiresMlir
class PlannedCostsTest {
    private static final AgentGraph<String, String> GRAPH = AgentGraph.define(
            "g",
            String.class,
            String.class,
            (g, q) -> g.node("ask", generate(model("m")), q.map("prompt", Prompt::system))
                    .map("text", Completion::text));

    /** Costs of which times alone are known. */
    static LoweringCosts timed(
            Set<String> endpoints, Map<OperatorId, Double> seconds, Map<OperatorId, Integer> shards) {
        Map<OperatorId, Estimate> estimates = new TreeMap<>();
        seconds.forEach((operator, s) -> estimates.put(operator, Estimate.ofSeconds(s)));
        return new PlannedCosts(endpoints, estimates, shards, Optional.of(SlaMark.endToEnd(95, 2.5)));
    }

    private static LoweringCosts costs(double prefill, double decode) {
        return timed(
                Set.of("hosted"),
                Map.of(OperatorId.prefill("ask"), prefill, OperatorId.decode("ask"), decode),
                Map.of());
    }

    private static Placement placed(String prefill, String decode) {
        return LoweringTest.all(
                GRAPH, "cpu", Map.of(OperatorId.prefill("ask"), prefill, OperatorId.decode("ask"), decode));
    }

    @Test
    void bothLoweringsKeepACallOfAnEndpointWhole() {
        for (Lowering lowering : List.of(new MlirLowering(costs(1, 1)), new DirectLowering(costs(1, 1)))) {
            assertThat(lowering.lower(GRAPH, placed("hosted", "hosted")).allSteps())
                    .filteredOn(Step.Endpoint.class::isInstance)
                    .singleElement()
                    .satisfies(s -> assertThat(((Step.Endpoint) s).device()).isEqualTo("hosted"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> lowering.lower(GRAPH, placed("H100", "hosted")))
                    .withMessageContaining("'ask'")
                    .withMessageContaining("cannot enter or leave a hosted endpoint");
        }
    }

    @Test
    void aCallIsSplitOnOneDeviceWhileASecondStepIsNegligible() {
        assertThat(costs(0.01, 0.5).splitPays("ask")).isTrue();
        assertThat(costs(1e-5, 0.5).splitPays("ask")).isFalse();
        assertThat(costs(1e-5, 0.5).splitPays("unknown")).isTrue();
        assertThat(new MlirLowering(costs(1e-5, 0.5))
                        .lower(GRAPH, placed("H100", "H100"))
                        .allSteps())
                .anyMatch(Step.Generate.class::isInstance)
                .noneMatch(Step.Prefill.class::isInstance);
        assertThat(new MlirLowering(costs(1e-5, 0.5))
                        .lower(GRAPH, placed("H100", "cpu"))
                        .allSteps())
                .anyMatch(Step.KvTransfer.class::isInstance);
    }

    @Test
    void aPrefixPaysWhenTheSavedPrefillsOutweighTheCopies() {
        LoweringCosts costs = timed(
                Set.of(),
                Map.of(OperatorId.prefill("a"), 0.02, OperatorId.prefill("b"), 0.02, OperatorId.prefill("c"), 1e-5),
                Map.of());
        assertThat(costs.prefixPays(List.of("a", "b"))).isTrue();
        assertThat(costs.prefixPays(List.of("a", "c"))).isFalse();
        assertThat(costs.prefixPays(List.of("a", "unknown"))).isFalse();
    }

    @Test
    void onlyTheStagesThatAreNamedAreShown() {
        List<String> seen = new ArrayList<>();
        new MlirLowering()
                .printing(Set.of(Schedule.NAME, MlirLowering.INPUT), d -> seen.add(d.stage()))
                .lower(GRAPH, placed("H100", "cpu"));
        assertThat(seen).containsExactly(MlirLowering.INPUT, Schedule.NAME);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MlirLowering().printing(Set.of("nope"), d -> {}))
                .withMessageContaining("no pass 'nope'")
                .withMessageContaining("decompose-generate");
    }
}
