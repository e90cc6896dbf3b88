package io.agentopt.plan;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static io.agentopt.operator.Operators.vectorSearch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Completion;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.message.ToolCall;
import io.agentopt.message.ToolResult;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.operator.PassageIndex;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlannerTest {
    static final ModelSpec EMBEDDER = new ModelSpec(
            "embedder",
            ModelSpec.Kind.EMBEDDER,
            12,
            384,
            12,
            12,
            32,
            1536,
            false,
            30522,
            true,
            512,
            ModelSpec.Experts.NONE,
            Precision.FP16,
            Precision.FP16,
            Precision.FP16);
    private static final Planner PLANNER = Planner.minimizeCost()
            .models(ModelCatalog.packaged().plus(EMBEDDER))
            .options(SolveOptions.steps(1, 200_000));
    private static final Fleet MIXED = Fleet.rented("mixed")
            .add("A100-80GB-SXM", 64)
            .add("H100-SXM", 64)
            .add("MI300X", 64)
            .add("CPU-32-core", 64)
            .build();
    private static final Sla SLA = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(20));

    static AgentGraph<String, String> support(String llm) {
        PassageIndex index =
                PassageIndex.of("policies", model("embedder"), List.of(Passage.of("p", "Returns within 30 days.")));
        return AgentGraph.define("support", String.class, String.class, (g, question) -> {
            var docs = g.node("retrieve", vectorSearch(index, 4), g.node("embed", embed(model("embedder")), question));
            var prompt = g.node(
                    "prompt",
                    (String q, List<Passage> d) ->
                            Prompt.system("Answer briefly.").context(d).user(q),
                    question,
                    docs);
            return g.loop("think", prompt, maxIterations(4).expected(1.6), (b, p) -> {
                Port<Completion> answer =
                        b.node("generate", generate(model(llm)).maxTokens(256).expecting(800, 120), p);
                var results = b.forEach(
                        "tools",
                        answer.map("calls", Completion::toolCalls),
                        0.6,
                        tool("lookup", (ToolCall c) -> new ToolResult(c, "ok")).expecting(Duration.ofMillis(80)));
                return step(
                        answer.map("done?", Completion::isFinal),
                        answer.map("text", Completion::text),
                        b.node("append", Prompt::with, p, answer, results));
            });
        });
    }

    @Test
    void plansAnAgentOnAMixedFleet() {
        Plan<String, String> plan =
                PLANNER.plan(support("meta-llama/Meta-Llama-3.1-70B"), Workload.poisson(20), SLA, MIXED);
        assertThat(plan.endToEndSeconds()).isLessThanOrEqualTo(SLA.plannedEndToEndSeconds());
        assertThat(plan.bound().dollarsPerHour()).isLessThanOrEqualTo(plan.dollarsPerHour());
        assertThat(plan.placement().of(OperatorId.whole("prompt"))).isEqualTo("CPU-32-core");
        assertThat(PlanJson.read(plan.toJson(), "plan.json", plan.graph())).isEqualTo(plan);
    }

    @Test
    void anUnreachableSlaNamesLimitAndFix() {
        assertThatThrownBy(() -> PLANNER.plan(
                        support("meta-llama/Meta-Llama-3.1-70B"),
                        Workload.poisson(20),
                        Sla.endToEnd(Percentile.MEAN, Duration.ofMillis(100)),
                        MIXED))
                .isInstanceOf(InfeasiblePlanException.class)
                .hasMessageContaining("graph 'support'")
                .hasMessageContaining("fleet 'mixed'")
                .hasMessageContaining("relax the end-to-end limit to a mean of 2.45 s");
    }

    @Test
    void aModelThatFitsNoDeviceNamesNodeModelAndSizes() {
        assertThatThrownBy(() -> PLANNER.plan(
                        support("meta-llama/Meta-Llama-3.1-70B"),
                        Workload.poisson(1),
                        SLA,
                        Fleet.rented("small").add("L4", 1).add("CPU-32-core", 1).build()))
                .hasMessageContaining("think/generate");
    }

    @Test
    void anUnknownModelNamesNodeGraphAndNearestModels() {
        assertThatThrownBy(
                        () -> PLANNER.plan(support("meta-llama/Meta-Llama-3.1-71B"), Workload.poisson(1), SLA, MIXED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Node 'think/generate' of graph 'support'")
                .hasMessageContaining("meta-llama/Meta-Llama-3.1-70B");
    }
}
