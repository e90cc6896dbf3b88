package io.agentopt.runtime.dispatch;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.lower.DirectLowering;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Tool;
import io.agentopt.runtime.observe.RunEvent;
import io.agentopt.runtime.observe.RunListener;
import io.agentopt.runtime.observe.RunTrace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DispatcherTest {
    private static final RunClock CLOCK = new ManualClock();

    /** Returns only if the other one is running at the same time. */
    private static Tool<Integer, Integer> meeting(String name, CountDownLatch mine, CountDownLatch theirs, int plus) {
        return tool(name, (Integer i) -> {
                    mine.countDown();
                    if (!passes(theirs)) throw new IllegalStateException("nobody else runs");
                    return i + plus;
                })
                .asIdempotent();
    }

    static boolean passes(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Test
    void branchesWithoutDataBetweenThemRunAtTheSameTime() {
        CountDownLatch a = new CountDownLatch(1), b = new CountDownLatch(1);
        AgentGraph<Integer, Integer> graph = AgentGraph.define("fan", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> left = g.node("left", meeting("left", a, b, 1), in);
            Port<Integer> right = g.node("right", meeting("right", b, a, 2), in);
            return g.node("join", (Integer x, Integer y) -> x * 100 + y, left, right);
        });
        assertThat(Running.run(graph, 10)).isEqualTo(1112);
    }

    @Test
    void aBranchBehindAFunctionRunsBesideOneThatIsNot() {
        CountDownLatch a = new CountDownLatch(1), b = new CountDownLatch(1);
        AgentGraph<Integer, Integer> graph = AgentGraph.define("fan", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> left = g.node("left", meeting("left", a, b, 1), in);
            Port<Integer> right = g.node("right", meeting("right", b, a, 2), in.map("plus", i -> i + 1));
            return g.node("join", (Integer x, Integer y) -> x * 100 + y, left, right);
        });
        assertThat(Running.run(graph, 10)).isEqualTo(1113);
    }

    @Test
    void branchesInsideControlStepsRunAtTheSameTime() {
        CountDownLatch a = new CountDownLatch(1), b = new CountDownLatch(1);
        AgentGraph<Integer, Integer> graph = AgentGraph.define("fan", Integer.class, Integer.class, (g, in) -> {
            Port<Boolean> yes = in.map("yes", i -> true);
            Port<Integer> left =
                    g.when("if", yes, 1, t -> t.node("left", meeting("left", a, b, 1), in), t -> in.map("no", i -> -1));
            Port<Integer> right = g.loop("again", in, maxIterations(2), (l, s) -> {
                Port<Integer> r = l.node("right", meeting("right", b, a, 2), s);
                return step(s.map("done", i -> true), r, s);
            });
            return g.node("join", (Integer x, Integer y) -> x * 100 + y, left, right);
        });
        assertThat(Running.run(graph, 10)).isEqualTo(1112);
    }

    @Test
    void aChainRunsOnOneThread() {
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        Function<Integer, Integer> note = i -> {
            threads.add(Thread.currentThread());
            return i + 1;
        };
        AgentGraph<Integer, Integer> graph = AgentGraph.define("chain", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> p = in;
            for (int i = 0; i < 10; i++)
                p = i % 2 == 0 ? p.map("f" + i, note) : g.node("t" + i, tool("t" + i, note), p);
            return p;
        });
        assertThat(Running.run(graph, 0)).isEqualTo(10);
        assertThat(threads).hasSize(10).containsOnly(threads.getFirst());
        assertThat(threads.getFirst().isVirtual()).isTrue();
    }

    @Test
    void functionsNeverGetAThreadOfTheirOwn() {
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        AgentGraph<Integer, Integer> graph = AgentGraph.define("pure", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> sum = in;
            for (int i = 0; i < 20; i++) {
                Port<Integer> part = in.map("f" + i, x -> {
                    threads.add(Thread.currentThread());
                    return x;
                });
                sum = g.node("sum" + i, Integer::sum, sum, part);
            }
            return sum;
        });
        assertThat(Running.run(graph, 1)).isEqualTo(21);
        assertThat(threads).hasSize(20).containsOnly(threads.getFirst());
    }

    @Test
    void aLoopCarriesItsStateAndStopsWhenDone() {
        assertThat(Running.run(countTo(5, 7), 0)).isEqualTo(7 * 10);
    }

    private static AgentGraph<Integer, Integer> countTo(int max, int end) {
        return AgentGraph.define("count", Integer.class, Integer.class, (g, in) -> {
            return g.loop("count", in, maxIterations(Math.max(max, end)), (l, s) -> {
                Port<Integer> next = s.map("next", i -> i + 1);
                return step(next.map("done", i -> i == end), next.map("result", i -> i * 10), next);
            });
        });
    }

    @Test
    void aLoopThatIsNeverDoneFailsWithItsNameAndLimit() {
        AgentGraph<Integer, Integer> graph = AgentGraph.define(
                "endless",
                Integer.class,
                Integer.class,
                (g, in) -> g.loop(
                        "think",
                        in,
                        maxIterations(3),
                        (l, s) -> step(s.map("done", i -> false), s, s.map("next", i -> i + 1))));
        assertThatThrownBy(() -> Running.run(graph, 0))
                .isInstanceOfSatisfying(
                        AgentRunException.class, e -> assertThat(e.node()).isEqualTo("think"))
                .hasMessage("Loop 'think' of graph 'endless' reached its limit of 3 iterations without being done."
                        + " Raise maxIterations, or let the body say done with the best it has.");
    }

    @Test
    void tenThousandIterationsNeitherOverflowNorPileUp() {
        RunTrace trace = new RunTrace();
        assertThat(Running.run(countTo(10_000, 10_000), 0, trace)).isEqualTo(100_000);
        assertThat(trace.steps()).hasSize(30_000);
    }

    @Test
    void aLoopKeepsNothingOfItsEarlierPasses() {
        AgentGraph<Integer, Integer> graph = AgentGraph.define("big", Integer.class, Integer.class, (g, in) -> {
            Port<byte[]> start = in.map("start", i -> new byte[1 << 20]);
            return g.loop("grow", start, maxIterations(3_000), (l, s) -> { // 3 GB in all, more than the heap
                Port<byte[]> next = s.map("next", old -> {
                    byte[] bytes = new byte[1 << 20];
                    java.nio.ByteBuffer.wrap(bytes)
                            .putInt(0, java.nio.ByteBuffer.wrap(old).getInt(0) + 1);
                    return bytes;
                });
                Port<Integer> count =
                        next.map("count", b -> java.nio.ByteBuffer.wrap(b).getInt(0));
                return step(count.map("done", c -> c == 3_000), count, next);
            });
        });
        assertThat(Running.run(graph, 0)).isEqualTo(3_000);
    }

    @Test
    void aLoopOfModelCallsKeepsNoCaches() {
        AgentGraph<Integer, Integer> graph = AgentGraph.define(
                "calls",
                Integer.class,
                Integer.class,
                (g, in) -> g.loop("again", in, maxIterations(10_000), (l, s) -> {
                    Port<Completion> said =
                            l.node("say", generate(model("m")), s.map("prompt", i -> Prompt.system("" + i)));
                    Port<Integer> next = l.node("next", (Integer i, Completion c) -> i + c.outputTokens(), s, said);
                    return step(next.map("done", i -> i == 10_000), next, next);
                }));
        ScriptedModels models = new ScriptedModels(p -> "word");
        Dispatcher d = Running.dispatcher(graph, models, CLOCK, RunListener.none());
        assertThat(Running.answer(d.start(0, Deadline.NONE, TokenListener.none())))
                .isEqualTo(10_000);
        assertThat(models.caches).hasSize(10_000).allMatch(c -> c.closed);
    }

    @Test
    void anInterruptThatAToolLeavesBehindIsGone() {
        AgentGraph<Integer, Boolean> graph = AgentGraph.define("flags", Integer.class, Boolean.class, (g, in) -> {
            Port<Integer> first = g.node(
                    "first",
                    tool("first", (Integer i) -> {
                        Thread.currentThread().interrupt();
                        return i;
                    }),
                    in);
            return g.node(
                    "second",
                    tool("second", (Integer i) -> Thread.currentThread().isInterrupted()),
                    first);
        });
        assertThat(Running.run(graph, 0)).isEqualTo(false);
    }

    @Test
    void fiveThousandStepsInARowDoNotOverflow() {
        AgentGraph<Integer, Integer> chain = AgentGraph.define("long", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> p = in;
            for (int i = 0; i < 5_000; i++) p = p.map("f" + i, x -> x + 1);
            return p;
        });
        assertThat(Running.run(chain, 0)).isEqualTo(5_000);
        AgentGraph<Integer, Integer> ladder = AgentGraph.define("ladder", Integer.class, Integer.class, (g, in) -> {
            Tool<Integer, Integer> half = tool("half", (Integer x) -> x / 2).asIdempotent();
            Port<Integer> p = in;
            for (int i = 0; i < 1_000; i++) {
                Port<Integer> a = g.node("a" + i, half, p), b = g.node("b" + i, half, p);
                p = g.node("c" + i, (Integer x, Integer y) -> x + y + 2, a, b);
            }
            return p;
        });
        assertThat(Running.run(ladder, 0)).isEqualTo(2_000);
    }

    @Test
    void whenTakesOneBranchOnly() {
        AtomicInteger taken = new AtomicInteger();
        AgentGraph<Integer, Integer> graph = AgentGraph.define(
                "choice",
                Integer.class,
                Integer.class,
                (g, in) -> g.when(
                        "big?",
                        in.map("flag", i -> i > 10),
                        0.5,
                        t -> t.node("yes", tool("yes", (Integer i) -> taken.addAndGet(1) * 0 + i * 2), in),
                        e -> e.node("no", tool("no", (Integer i) -> taken.addAndGet(100) * 0 - i), in)));
        assertThat(Running.run(graph, 20)).isEqualTo(40);
        assertThat(Running.run(graph, 5)).isEqualTo(-5);
        assertThat(taken).hasValue(101);
    }

    private static AgentGraph<Integer, Object> each(Function<Integer, Integer> item) {
        return AgentGraph.define("each", Integer.class, Object.class, (g, in) -> {
            Port<List<Integer>> list =
                    in.map("list", n -> IntStream.range(0, n).boxed().toList());
            return g.forEach("items", list, 4, tool("work", item)).map("out", l -> (Object) l);
        });
    }

    @Test
    void forEachRunsItsItemsAtTheSameTimeAndKeepsTheirOrder() {
        CyclicBarrier all = new CyclicBarrier(20);
        Object answer = Running.run(
                each(i -> {
                    try {
                        all.await(20, TimeUnit.SECONDS);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                    return i * i;
                }),
                20);
        assertThat(answer)
                .isEqualTo(IntStream.range(0, 20).map(i -> i * i).boxed().toList());
    }

    @Test
    void forEachOfNothingIsNothing() {
        assertThat(Running.run(each(i -> i), 0)).isEqualTo(List.of());
    }

    @Test
    void nestedGraphsRunWithTheirOwnValues() {
        AgentGraph<Integer, Integer> inner = AgentGraph.define(
                "inner",
                Integer.class,
                Integer.class,
                (g, in) -> g.node("plus", tool("plus", (Integer i) -> i + 1), in.map("double", i -> i * 2)));
        AgentGraph<Integer, Integer> outer = AgentGraph.define("outer", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> once = g.nested("once", inner, in);
            return g.node("sum", Integer::sum, once, g.nested("twice", inner, once));
        });
        assertThat(Running.run(outer, 5)).isEqualTo(11 + 23);
    }

    @Test
    void innerBlocksSeeValuesOfOuterOnes() {
        AgentGraph<Integer, Object> graph = AgentGraph.define("captures", Integer.class, Object.class, (g, in) -> {
            Port<Integer> slow = g.node("slow", tool("slow", (Integer i) -> i * 1000), in);
            Port<List<Integer>> list = in.map("list", i -> List.of(1, 2, 3));
            return g.forEach(
                            "items",
                            list,
                            3,
                            (b, item) -> b.when(
                                    "odd?",
                                    item.map("odd", i -> i % 2 == 1),
                                    0.5,
                                    t -> t.node("add", Integer::sum, slow, item),
                                    e -> slow))
                    .map("out", l -> (Object) l);
        });
        assertThat(Running.run(graph, 7)).isEqualTo(List.of(7001, 7000, 7003));
    }

    @Test
    void aModelCallPassesItsCacheFromDeviceToDeviceAndSpeaks() {
        AgentGraph<String, String> graph = AgentGraph.define("llm", String.class, String.class, (g, in) -> {
            Port<Prompt> prompt = in.map("prompt", q -> Prompt.system("x").user(q));
            return g.node("say", generate(model("m")).maxTokens(8), prompt).map("text", Completion::text);
        });
        ScriptedModels models =
                new ScriptedModels(p -> "well " + p.messages().getLast().text());
        RunTrace trace = new RunTrace();
        Dispatcher d = new Dispatcher(
                new DirectLowering().lower(graph, Running.placed(graph, "fast", "cheap")),
                new GraphStepRunner(graph, models),
                Map.of(),
                CLOCK,
                RunListener.all(List.of(trace)));
        List<String> heard = new ArrayList<>();
        assertThat(Running.answer(d.start("hello", Deadline.NONE, (path, text) -> heard.add(path + ":" + text))))
                .isEqualTo("well hello@cheap");
        assertThat(heard).containsExactly("say:well", "say: hello@cheap");
        assertThat(models.caches).hasSize(2).allMatch(c -> c.closed);
        assertThat(trace.steps())
                .extracting(s -> s.operator() + " " + s.kind().word() + " " + s.tokensIn() + "/" + s.tokensOut())
                .containsExactly(
                        "prompt transform 0/0",
                        "say transfer 0/0",
                        "say.prefill prefill 2/0",
                        "say kv_transfer 0/0",
                        "say.decode decode 0/2",
                        "text transform 0/0");
        assertThat(trace.events())
                .filteredOn(RunEvent.FirstToken.class::isInstance)
                .hasSize(1);
    }

    @Test
    void aProgramOfAnotherGraphIsRefusedWhenLoaded() {
        AgentGraph<Integer, Integer> one =
                AgentGraph.define("one", Integer.class, Integer.class, (g, in) -> in.map("a", i -> i));
        AgentGraph<Integer, Integer> two =
                AgentGraph.define("two", Integer.class, Integer.class, (g, in) -> in.map("b", i -> i));
        assertThatThrownBy(() -> new Dispatcher(
                        new DirectLowering().lower(one, Running.onOneDevice(one)),
                        new GraphStepRunner(two, ScriptedModels.none()),
                        Map.of(),
                        CLOCK,
                        RunListener.none()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'a'", "graph 'two'", "no such node", "Lower the program from this graph");
    }
}
