package io.agentopt.runtime.dispatch;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.tool;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.operator.Tool;
import io.agentopt.runtime.observe.RunListener;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunIsolationTest {
    @Test
    void runsAtTheSameTimeDoNotMix() {
        Tool<Integer, Integer> square = tool("square", (Integer i) -> {
                    Thread.onSpinWait();
                    return i * i;
                })
                .asIdempotent();
        AgentGraph<Integer, Integer> graph = AgentGraph.define("mixed", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> looped = g.loop("loop", in, maxIterations(4), (l, s) -> {
                Port<List<Integer>> parts = l.forEach("each", s.map("list", i -> List.of(i, i + 1, i + 2)), 3, square);
                Port<Integer> sum =
                        parts.map("sum", p -> p.stream().mapToInt(i -> i).sum() % 1009);
                Port<Integer> both = l.node("both", Integer::sum, sum, l.node("square", square, in));
                return step(both.map("done", i -> i % 3 == 0), both, both.map("small", i -> i % 1008));
            });
            return looped;
        });
        AgentGraph<Integer, Integer> safe = AgentGraph.define("safe", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> a = g.node("a", square, in), b = g.node("b", square, in.map("next", i -> i + 1));
            return g.node("sum", (Integer x, Integer y, Integer i) -> x * 7 + y * 3 + i, a, b, in);
        });
        Dispatcher many = Running.dispatcher(safe, ScriptedModels.none(), new ManualClock(), RunListener.none());
        List<RunTask> runs = IntStream.range(0, 2_000)
                .mapToObj(i -> many.start(i, Deadline.NONE, TokenListener.none()))
                .toList();
        for (int i = 0; i < runs.size(); i++) {
            assertThat(Running.answer(runs.get(i))).isEqualTo(i * i * 7 + (i + 1) * (i + 1) * 3 + i);
        }
        Dispatcher loops = Running.dispatcher(graph, ScriptedModels.none(), new ManualClock(), RunListener.none());
        List<String> alone = IntStream.range(0, 200)
                .mapToObj(i -> outcome(loops.start(i, Deadline.NONE, TokenListener.none())))
                .toList();
        List<RunTask> together = IntStream.range(0, 200)
                .mapToObj(i -> loops.start(i, Deadline.NONE, TokenListener.none()))
                .toList();
        assertThat(together.stream().map(RunIsolationTest::outcome).toList()).isEqualTo(alone);
    }

    private static String outcome(RunTask run) {
        try {
            return Running.answer(run).toString();
        } catch (AgentRunException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
