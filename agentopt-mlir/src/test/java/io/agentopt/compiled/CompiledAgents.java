package io.agentopt.compiled;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static io.agentopt.operator.Operators.vectorSearch;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.message.Completion;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.message.ToolCall;
import io.agentopt.message.ToolResult;
import io.agentopt.mlir.codegen.Codes;
import io.agentopt.mlir.codegen.GpuTarget;
import io.agentopt.mlir.codegen.KernelCode;
import io.agentopt.operator.Memory;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Tool;
import io.agentopt.plan.Bound;
import io.agentopt.plan.Placement;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlannedDevices;
import io.agentopt.plan.PlannedOperator;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** An agent with every kind of step, and a plan of it that was not solved for. */
final class CompiledAgents {
    static final PassageIndex POLICIES =
            PassageIndex.of("policies", model("embedder"), List.of(Passage.of("p", "Returns within 30 days.")));
    static final Tool<ToolCall, ToolResult> LOOKUP = tool("lookup", (ToolCall c) -> new ToolResult(c, "ok"));

    private CompiledAgents() {}

    static AgentGraph<String, String> support() {
        return support(128, LOOKUP, POLICIES);
    }

    static AgentGraph<String, String> support(int maxTokens, Tool<ToolCall, ToolResult> lookup, PassageIndex policies) {
        AgentGraph<String, String> polite = AgentGraph.define(
                "polite", String.class, String.class, (g, in) -> in.map("thanks", s -> s + " Thanks!"));
        Memory<String, String> notes = Memory.inProcess("notes", "");
        return AgentGraph.define("support", String.class, String.class, (g, question) -> {
            Port<List<Passage>> docs =
                    g.node("retrieve", vectorSearch(policies, 4), g.node("embed", embed(model("embedder")), question));
            Port<Prompt> prompt = g.node(
                    "prompt",
                    (String q, List<Passage> d) -> Prompt.EMPTY.context(d).user(q),
                    question,
                    docs);
            Port<String> answer = g.loop("think", prompt, maxIterations(4).expected(1.6), (b, p) -> {
                Port<Completion> said =
                        b.node("generate", generate(model("support-1")).maxTokens(maxTokens), p);
                var results = b.forEach("tools", said.map("calls", Completion::toolCalls), 0.6, lookup);
                return step(
                        said.map("done?", Completion::isFinal),
                        said.map("text", Completion::text),
                        b.node("append", Prompt::with, p, said, results));
            });
            Port<String> kept = g.store("keep", notes, question, answer);
            Port<String> known = g.load("recall", notes, kept);
            return g.when(
                    "long?",
                    known.map("length", s -> s.length() > 80),
                    0.5,
                    b -> known.map("cut", s -> s.substring(0, 80)),
                    b -> b.nested("polite", polite, known));
        });
    }

    /** The prompt is read on one device class and answered on another, everything else is on a third. */
    static <I, O> Plan<I, O> plan(AgentGraph<I, O> graph) {
        Map<OperatorId, String> classes = new TreeMap<>();
        List<PlannedOperator> operators = new ArrayList<>();
        GranularGraph.of(graph).operators().stream()
                .filter(o -> o.call().isPresent())
                .forEach(o -> {
                    String device = switch (o.id().phase()) {
                        case PREFILL -> "compute";
                        case DECODE -> "bandwidth";
                        case WHOLE -> "cpu";
                    };
                    classes.put(o.id(), device);
                    operators.add(new PlannedOperator(o.id(), device, "tp1", 0.01, 0.2, "GENERIC", 1, 1, 0.01));
                });
        return new Plan<>(
                graph,
                "test",
                Workload.poisson(2),
                Sla.endToEnd(Percentile.P95, Duration.ofSeconds(3)),
                new Placement("cpu", classes),
                operators,
                List.of(
                        new PlannedDevices("bandwidth", "MI300X", "gpu", "AMD", 1, 3.0, 0.3, 2e10, "load"),
                        new PlannedDevices("compute", "H100-SXM", "gpu", "NVIDIA", 1, 4.0, 0.2, 2e10, "load"),
                        new PlannedDevices("cpu", "CPU-32-core", "cpu", "", 1, 1.0, 0.1, 0, "host")),
                0.9,
                OptionalDouble.of(0.4),
                List.of(operators.getFirst().id()),
                8.0,
                new Bound(8.0, 0, true),
                List.of("A plan of a test."));
    }

    static CompiledKernel kernel(String name, KernelTarget.Form form, String processor, String code) {
        byte[] bytes = code.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        KernelCode sealed = switch (form) {
            case X86_OBJECT -> Codes.cpu(processor, "+avx2", bytes);
            case PTX -> Codes.gpu(new GpuTarget.Nvidia(processor), bytes);
            case AMDGPU_OBJECT -> Codes.gpu(new GpuTarget.Amd(processor), bytes);
        };
        return new CompiledKernel(name, "0123abcd", sealed);
    }
}
