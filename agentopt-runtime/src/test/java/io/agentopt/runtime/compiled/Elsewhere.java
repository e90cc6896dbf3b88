package io.agentopt.runtime.compiled;

import static io.agentopt.operator.Operators.tool;

import io.agentopt.compiled.CompiledPlan;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Iterations;
import io.agentopt.graph.LoopStep;
import io.agentopt.graph.Port;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.operator.Memory;
import io.agentopt.operator.Tool;
import io.agentopt.plan.Plan;
import io.agentopt.runtime.Agent;
import io.agentopt.runtime.AgentRuntime;
import io.agentopt.runtime.dispatch.Running;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.nio.file.Path;

/** What another process does with a compiled plan: {@code compile FILE}, {@code run FILE MODELS INPUT}, or {@code plan MODELS INPUT} without a file. */
public final class Elsewhere {
    private static final Tool<Integer, Integer> TWICE =
            tool("twice", (Integer x) -> 2 * x).asIdempotent();

    private Elsewhere() {}

    /** Says whether MLIR is there, then the answer. */
    public static void main(String[] args) {
        System.out.println(Mlir.availability().getClass().getSimpleName());
        switch (args[0]) {
            case "compile" -> CompiledPlan.of(plan()).save(Path.of(args[1]));
            case "run" -> {
                CompiledPlan compiled = CompiledPlan.load(Path.of(args[1]));
                answer(AgentRuntime.load(compiled, graph(), ModelStore.of(Path.of(args[2]))), args[3]);
            }
            case "plan" -> {
                ModelStore models = ModelStore.of(Path.of(args[1]));
                answer(AgentRuntime.load(plan(), models), args[2]);
                answer(AgentRuntime.load(plan(), models), args[2]);
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void answer(Agent<Integer, Integer> agent, String input) {
        try (agent) {
            System.out.println(agent.run(Integer.valueOf(input)));
        }
    }

    static Plan<Integer, Integer> plan() {
        AgentGraph<Integer, Integer> graph = graph();
        return Plans.of(graph, Running.onOneDevice(graph));
    }

    /** Doubles until above 100, calling a tool twice with the same argument, and adds what it remembered. */
    static AgentGraph<Integer, Integer> graph() {
        Memory<Integer, Integer> seen = Memory.inProcess("seen", 1);
        return AgentGraph.define("doubling", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> grown = g.loop("grow", in, Iterations.maxIterations(9).expected(3), (b, x) -> {
                Port<Integer> sum = b.node(
                        "half sum",
                        (Integer l, Integer r) -> (l + r) / 2,
                        b.node("left", TWICE, x),
                        b.node("right", TWICE, x));
                return LoopStep.step(sum.map("done?", s -> s > 100), sum, sum);
            });
            return g.node("plus", Integer::sum, grown, g.load("recall", seen, grown));
        });
    }
}
