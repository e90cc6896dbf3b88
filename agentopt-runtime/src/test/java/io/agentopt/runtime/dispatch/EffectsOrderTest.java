package io.agentopt.runtime.dispatch;

import static io.agentopt.operator.Operators.tool;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.operator.Memory;
import io.agentopt.operator.Tool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EffectsOrderTest {
    private static Port<Integer> total(io.agentopt.graph.GraphBuilder g, List<Port<Integer>> parts) {
        Port<Integer> sum = parts.getFirst();
        for (int i = 1; i < parts.size(); i++)
            sum = g.node("sum" + i, (Integer a, Integer b) -> a * 10 + b, sum, parts.get(i));
        return sum;
    }

    @RepeatedTest(50)
    void aMemoryIsReadAndWrittenInProgramOrder() {
        Memory<String, Integer> memory = Memory.inProcess("counter", 1);
        AgentGraph<Integer, Integer> graph = AgentGraph.define("m", Integer.class, Integer.class, (g, in) -> {
            Port<String> key = in.map("key", i -> "k");
            Port<Integer> before = g.load("before", memory, key);
            Port<Integer> first = g.store("first", memory, key, in.map("two", i -> 2));
            Port<Integer> between = g.load("between", memory, key);
            Port<Integer> again = g.load("again", memory, key);
            Port<Integer> inside = g.when(
                    "if",
                    in.map("yes", i -> true),
                    1,
                    t -> t.store("second", memory, key, in.map("three", i -> 3)),
                    e -> in.map("no", i -> 9));
            Port<Integer> after = g.load("after", memory, key);
            return total(g, List.of(before, first, between, again, inside, after));
        });
        assertThat(Running.run(graph, 0)).isEqualTo(122233);
    }

    @RepeatedTest(20)
    void toolsWithSideEffectsKeepProgramOrder() {
        List<String> log = Collections.synchronizedList(new ArrayList<>());
        AgentGraph<Integer, Integer> graph = AgentGraph.define("t", Integer.class, Integer.class, (g, in) -> {
            List<Port<Integer>> parts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String name = "t" + i;
                Tool<Integer, Integer> tool = tool(name, x -> {
                    log.add(name);
                    return 1;
                });
                parts.add(
                        i % 3 == 1
                                ? g.when(
                                        "if" + i, in.map("yes" + i, x -> true), 1, t -> t.node(name, tool, in), e -> in)
                                : g.node(name, tool, in));
            }
            return total(g, parts);
        });
        assertThat(Running.run(graph, 0)).isEqualTo(11111111);
        assertThat(log).containsExactly("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7");
    }

    @Test
    void differentMemoriesDoNotWaitForEachOther() {
        CountDownLatch a = new CountDownLatch(1), b = new CountDownLatch(1);
        AgentGraph<Integer, Integer> graph = AgentGraph.define("m", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> x = g.store("x", meeting("one", a, b), in, in);
            Port<Integer> y = g.store("y", meeting("two", b, a), in, in);
            return g.node("sum", Integer::sum, x, y);
        });
        assertThat(Running.run(graph, 4)).isEqualTo(8);
    }

    private static Memory<Integer, Integer> meeting(String name, CountDownLatch mine, CountDownLatch theirs) {
        return new Memory<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Integer load(Integer key) {
                return key;
            }

            @Override
            public void store(Integer key, Integer value) {
                mine.countDown();
                if (!DispatcherTest.passes(theirs)) throw new IllegalStateException("nobody else stores");
            }
        };
    }
}
