package io.agentopt.runtime.dispatch;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.GraphException;
import io.agentopt.graph.NodeOptions;
import io.agentopt.graph.Port;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Memory;
import io.agentopt.operator.Tool;
import io.agentopt.runtime.observe.RunEvent.Outcome;
import io.agentopt.runtime.observe.RunListener;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a run does when its work fails. */
@Timeout(60)
class RunFailureTest extends RunFixture {
    @Test
    void aFailureNamesGraphNodeAndCause() {
        AgentGraph<Integer, Integer> inner =
                AgentGraph.define("inner", Integer.class, Integer.class, (g, in) -> in.map("divide", i -> 1 / (i - 1)));
        AgentGraph<Integer, Integer> graph =
                AgentGraph.define("outer", Integer.class, Integer.class, (g, in) -> g.nested("part", inner, in));
        assertThatThrownBy(() -> Running.answer(start(graph)))
                .isInstanceOfSatisfying(AgentRunException.class, e -> {
                    assertThat(e.graph()).isEqualTo("outer");
                    assertThat(e.node()).isEqualTo("part/divide");
                })
                .hasMessage("Node 'part/divide' of graph 'outer' failed with ArithmeticException: / by zero")
                .hasCauseInstanceOf(ArithmeticException.class);
        assertThat(outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void errorsOfUserCodeAreFailuresToo() {
        AgentGraph<Integer, Integer> graph = AgentGraph.define(
                "g",
                Integer.class,
                Integer.class,
                (g, in) -> in.map("deep", i -> {
                    throw new StackOverflowError();
                }));
        assertThatThrownBy(() -> Running.answer(start(graph))).hasCauseInstanceOf(StackOverflowError.class);
    }

    @Test
    @SuppressWarnings("NullAway") // that is what it tests
    void nullIsNoResult() {
        AgentGraph<Integer, Integer> graph =
                AgentGraph.define("g", Integer.class, Integer.class, (g, in) -> in.map("nothing", i -> (Integer) null));
        assertThatThrownBy(() -> Running.answer(start(graph)))
                .hasMessageContainingAll("Node 'nothing' of graph 'g' returned null", "must return a value");
        Memory<Integer, Integer> forgetful = new Memory<>() {
            @Override
            public String name() {
                return "forgetful";
            }

            @Override
            public Integer load(Integer key) {
                return null;
            }

            @Override
            public void store(Integer key, Integer value) {}
        };
        AgentGraph<Integer, Integer> loads =
                AgentGraph.define("g", Integer.class, Integer.class, (g, in) -> g.load("recall", forgetful, in));
        assertThatThrownBy(() -> Running.answer(start(loads)))
                .hasMessageContaining("Node 'recall' of graph 'g' returned null");
    }

    @Test
    void wrongTypesAtControlStepsAreNamed() {
        AgentGraph<Integer, Integer> flag = AgentGraph.define("g", Integer.class, Integer.class, (g, in) -> {
            @SuppressWarnings({"unchecked", "rawtypes"})
            Port<Boolean> notOne = (Port) in.map("word", i -> "yes");
            return g.when("choose", notOne, 0.5, t -> in, e -> in);
        });
        assertThatThrownBy(() -> Running.answer(start(flag)))
                .hasMessageContainingAll("Node 'choose' of graph 'g' needs a boolean but got java.lang.String");
        AgentGraph<Integer, Object> nulls = AgentGraph.define(
                "g",
                Integer.class,
                Object.class,
                (g, in) -> g.forEach(
                                "each",
                                in.map("list", i -> Arrays.asList(1, null)),
                                2,
                                (b, item) -> item.map("same", i -> i))
                        .map("out", l -> (Object) l));
        assertThatThrownBy(() -> Running.answer(start(nulls)))
                .hasMessageContainingAll("For-each 'each' of graph 'g'", "null");
    }

    @Test
    void theFirstFailureStopsWhatElseRuns() {
        Blocked blocked = new Blocked();
        AtomicBoolean later = new AtomicBoolean();
        AgentGraph<Integer, Integer> graph = AgentGraph.define("g", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> waits = g.node("waits", blocked.tool, in).map("later", i -> {
                later.set(true);
                return i;
            });
            Port<Integer> fails = g.node(
                            "fails",
                            tool("fails", (Integer i) -> {
                                        assertThat(DispatcherTest.passes(blocked.begun))
                                                .isTrue();
                                        throw new IllegalStateException("no stock");
                                    })
                                    .asIdempotent(),
                            in)
                    .map("same", i -> (Integer) i);
            return g.node("sum", Integer::sum, waits, fails);
        });
        RunTask run = start(graph);
        assertThatThrownBy(() -> Running.answer(run)).hasMessageContainingAll("'fails'", "no stock");
        assertThat(run.end()).isDone();
        assertThat(blocked.interrupted.getCount()).isZero();
        assertThat(later).isFalse();
    }

    @Test
    void aFailureInOneItemStopsTheOthers() {
        CountDownLatch begun = new CountDownLatch(3), stopped = new CountDownLatch(3);
        Function<Integer, Integer> work = i -> {
            if (i == 2) {
                assertThat(DispatcherTest.passes(begun)).isTrue();
                throw new IllegalStateException("item two");
            }
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                stopped.countDown();
            }
            return i;
        };
        AgentGraph<Integer, Object> graph = AgentGraph.define(
                "g",
                Integer.class,
                Object.class,
                (g, in) -> g.forEach("each", in.map("list", n -> List.of(0, 1, 2, 3)), 4, tool("work", work))
                        .map("out", l -> (Object) l));
        assertThatThrownBy(() -> Running.answer(start(graph))).hasMessageContainingAll("'each/tool'", "item two");
        assertThat(stopped.getCount()).isZero();
    }

    @Test
    void onlyWhatMayBeRepeatedIsRetried() {
        AtomicInteger calls = new AtomicInteger();
        Tool<Integer, Integer> flaky = tool("flaky", i -> {
            if (calls.incrementAndGet() < 3) throw new IllegalStateException("call " + calls);
            return i;
        });
        assertThat(Running.answer(start(one(flaky.asIdempotent(), NodeOptions.NONE.retries(2)))))
                .isEqualTo(1);
        assertThat(calls).hasValue(3);
        calls.set(0);
        assertThatThrownBy(() -> Running.answer(start(one(flaky.asIdempotent(), NodeOptions.NONE.retries(1)))))
                .hasMessageContaining("call 2");
        calls.set(0);
        assertThatThrownBy(() -> Running.answer(start(one(flaky, NodeOptions.NONE))))
                .hasMessageContaining("call 1");
        assertThat(calls).hasValue(1);
        // A graph does not let such a tool have retries; a program from elsewhere does not get them either.
        assertThatThrownBy(() -> one(flaky, NodeOptions.NONE.retries(2))).isInstanceOf(GraphException.class);
        calls.set(0);
        AgentGraph<Integer, Integer> graph = one(flaky, NodeOptions.NONE);
        Dispatcher d = new Dispatcher(
                new io.agentopt.lower.DirectLowering().lower(graph, Running.onOneDevice(graph)),
                new GraphStepRunner(graph, ScriptedModels.none()),
                java.util.Map.of("work", NodeOptions.NONE.retries(5)),
                clock,
                RunListener.none());
        assertThatThrownBy(() -> Running.answer(d.start(1, Deadline.NONE, TokenListener.none())))
                .hasMessageContaining("call 1");
        assertThat(calls).hasValue(1);
    }

    @Test
    void aRunThatFailsReleasesTheCacheThatNobodyDecoded() {
        AgentGraph<String, String> graph = AgentGraph.define("llm", String.class, String.class, (g, in) -> {
            Port<Prompt> prompt = in.map("prompt", q -> Prompt.system(q));
            return g.node("say", generate(model("m")), prompt).map("text", Completion::text);
        });
        ScriptedModels models = new ScriptedModels(p -> "unused");
        StepRunner breaking = s -> s instanceof io.agentopt.program.Step.Decode
                ? (in, context) -> {
                    throw new IllegalStateException("device lost");
                }
                : new GraphStepRunner(graph, models).bind(s);
        Dispatcher d = new Dispatcher(
                new io.agentopt.lower.DirectLowering().lower(graph, Running.onOneDevice(graph)),
                breaking,
                java.util.Map.of(),
                clock,
                RunListener.none());
        assertThatThrownBy(() -> Running.answer(d.start("hi", Deadline.NONE, TokenListener.none())))
                .hasMessageContainingAll("'say'", "device lost");
        assertThat(models.caches).hasSize(1).allMatch(c -> c.closed);
    }

    @Test
    void listenersThatThrowDoNotHarmTheRun() {
        RunListener bad = e -> {
            throw new AssertionError("observer bug");
        };
        AgentGraph<String, String> graph = AgentGraph.define(
                "llm",
                String.class,
                String.class,
                (g, in) -> g.node("say", generate(model("m")), in.map("prompt", q -> Prompt.system(q)))
                        .map("text", Completion::text));
        Dispatcher d =
                Running.dispatcher(graph, new ScriptedModels(p -> "hi"), clock, RunListener.all(List.of(bad, trace)));
        RunTask run = d.start("q", Deadline.NONE, (path, text) -> {
            throw new IllegalStateException("display gone");
        });
        assertThat(Running.answer(run)).isEqualTo("hi@cpu");
        assertThat(trace.steps()).hasSize(4);
    }

    @Test
    void anAgentInsideAToolFailsAsThatTool() {
        AgentGraph<Integer, Integer> inner = AgentGraph.define(
                "inner", Integer.class, Integer.class, (g, in) -> in.map("bad", i -> Integer.parseInt("none")));
        AgentGraph<Integer, Integer> outer = one(tool("call", i -> (Integer) Running.run(inner, i)), NodeOptions.NONE);
        assertThatThrownBy(() -> Running.answer(start(outer)))
                .isInstanceOfSatisfying(
                        AgentRunException.class, e -> assertThat(e.node()).isEqualTo("work"))
                .hasMessageContainingAll("Node 'work' of graph 'g'", "Node 'bad' of graph 'inner'");
    }
}
