package io.agentopt.lower;

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
import io.agentopt.message.Completion;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.message.ToolCall;
import io.agentopt.message.ToolResult;
import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.operator.PassageIndex;
import io.agentopt.plan.Placement;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.program.Program;
import io.agentopt.program.Step;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

@RequiresMlir
class LoweringTest {
    private static final PassageIndex INDEX =
            PassageIndex.of("policies", model("embedder"), List.of(Passage.of("p", "Returns within 30 days.")));

    static AgentGraph<String, String> support() {
        return AgentGraph.define("support", String.class, String.class, (g, question) -> {
            var docs = g.node("retrieve", vectorSearch(INDEX, 4), g.node("embed", embed(model("embedder")), question));
            var prompt = g.node(
                    "prompt",
                    (String q, List<Passage> d) ->
                            Prompt.system("Answer briefly.").context(d).user(q),
                    question,
                    docs);
            return g.loop("think", prompt, maxIterations(4).expected(1.6), (b, p) -> {
                Port<Completion> answer =
                        b.node("generate", generate(model("support-1")).maxTokens(128), p);
                var results = b.forEach(
                        "tools",
                        answer.map("calls", Completion::toolCalls),
                        0.6,
                        tool("lookup", (ToolCall c) -> new ToolResult(c, "ok")));
                return step(
                        answer.map("done?", Completion::isFinal),
                        answer.map("text", Completion::text),
                        b.node("append", Prompt::with, p, answer, results));
            });
        });
    }

    static Placement all(AgentGraph<?, ?> graph, String device, Map<OperatorId, String> except) {
        return all(graph, device, device, except);
    }

    static Placement all(AgentGraph<?, ?> graph, String device, String home, Map<OperatorId, String> except) {
        Map<OperatorId, String> classes = new TreeMap<>();
        GranularGraph.of(graph).operators().stream()
                .filter(o -> o.call().isPresent())
                .forEach(o -> classes.put(o.id(), device));
        classes.putAll(except);
        return new Placement(home, classes);
    }

    @Test
    void bothLoweringsGiveTheSameProgramWhereThereIsNothingToOptimise() {
        AgentGraph<String, String> graph = support();
        Placement placement = all(
                graph,
                "cpu",
                Map.of(OperatorId.prefill("think/generate"), "H100", OperatorId.decode("think/generate"), "MI300X"));
        Program direct = new DirectLowering().lower(graph, placement);
        Program optimised = new MlirLowering().lower(graph, placement);
        assertThat(optimised.body()).isEqualTo(direct.body());
        assertThat(optimised.allSteps()).anyMatch(s -> s instanceof Step.KvTransfer);
    }

    @Test
    void equalSearchesAreMergedAndToolsWithEffectsAreNot() {
        var once = tool("once", (String s) -> s);
        var again = tool("again", (String s) -> s).asIdempotent();
        AgentGraph<String, Object> graph = AgentGraph.define("twice", String.class, Object.class, (g, q) -> {
            var a = g.node("embed a", embed(model("embedder")), q);
            var b = g.node("embed b", embed(model("embedder")), q);
            var x = g.node("x", once, q);
            var y = g.node("y", once, q);
            var u = g.node("u", again, q);
            var v = g.node("v", again, q);
            var both = g.node("both", (Object l, Object r) -> List.of(l, r), a, b);
            var tools = g.node("tools", (Object l, Object r) -> List.of(l, r), x, y);
            var idempotent = g.node("idempotent", (Object l, Object r) -> List.of(l, r), u, v);
            return g.node("all", (Object l, Object m, Object r) -> List.of(l, m, r), both, tools, idempotent);
        });
        Placement placement = all(graph, "cpu", Map.of());
        List<String> paths = new MlirLowering()
                .lower(graph, placement).allSteps().stream().map(Step::path).toList();
        assertThat(paths).contains("embed a", "x", "y", "u").doesNotContain("embed b", "v");
        assertThat(new DirectLowering().lower(graph, placement).allSteps()).hasSize(10);
    }

    @Test
    void everyPassIsShown() {
        AgentGraph<String, String> graph = support();
        List<IrDump> dumps =
                MlirLowering.trace(graph, all(graph, "cpu", Map.of(OperatorId.decode("think/generate"), "gpu")));
        assertThat(dumps)
                .extracting(IrDump::stage)
                .containsExactly(
                        "input",
                        "canonicalize",
                        "cse",
                        "loop-invariant-code-motion",
                        "decompose-generate",
                        "merge-shared-prefix",
                        "apply-placement",
                        "shard-models",
                        "fuse-transforms",
                        "insert-transfers",
                        "cse",
                        "schedule",
                        "outline-kernels");
        assertThat(dumps.getFirst().text()).contains("agent.generate").doesNotContain("agent.prefill");
        assertThat(dumps.getLast().text())
                .contains("agent.kv_transfer")
                .contains("agent.decode")
                .doesNotContain("agent.generate");
    }

    @Test
    void aPlacementOfAnotherGraphIsRefused() {
        AgentGraph<String, String> graph = support();
        assertThatThrownBy(() -> new MlirLowering().lower(graph, new Placement("cpu", Map.of())))
                .hasMessageContaining("think/generate.prefill")
                .hasMessageContaining("Plan the graph again");
    }
}
