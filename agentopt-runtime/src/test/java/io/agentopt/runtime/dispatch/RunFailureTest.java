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
import io.agentopt.runtime.observe.RunEvent;
import io.agentopt.runtime.observe.RunEvent.Outcome;
import io.agentopt.runtime.observe.RunListener;
import io.agentopt.runtime.observe.RunTrace;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunFailureTest {
    private final ManualClock clock = new ManualClock();
    private final RunTrace trace = new RunTrace();

    /** A tool that says when it has begun, then waits until it is interrupted. */
    private static final class Blocked {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch interrupted = new CountDownLatch(1);
        final Tool<Integer, Integer> tool = tool("blocked", (Integer i) -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                        return i;
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw new IllegalStateException("stopped", e);
                    }
                })
                .asIdempotent();
    }

    private RunTask start(AgentGraph<?, ?> graph, Object input, Deadline deadline) {
        return Running.dispatcher(graph, ScriptedModels.none(), clock, RunListener.all(List.of(trace)))
                .start(input, deadline, TokenListener.none());
    }

    private RunTask start(AgentGraph<?, ?> graph) {
        return start(graph, 1, Deadline.NONE);
    }

    private static AgentGraph<Integer, Integer> one(Tool<Integer, Integer> tool, NodeOptions options) {
        return AgentGraph.define("g", Integer.class, Integer.class, (g, in) -> g.node("work", tool, in, options));
    }

    private Outcome outcome() {
        return trace.events().stream()
                .filter(RunEvent.RunFinished.class::isInstance)
                .map(e -> ((RunEvent.RunFinished) e).outcome())
                .reduce((a, b) -> b)
                .orElseThrow();
    }

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
    void aDeadlineInterruptsTheToolAndNamesIt() throws Exception {
        Blocked blocked = new Blocked();
        RunTask run = start(one(blocked.tool, NodeOptions.NONE), 1, Deadline.after(Duration.ofMillis(400), clock));
        assertThat(DispatcherTest.passes(blocked.begun)).isTrue();
        clock.advance(Duration.ofMillis(399));
        assertThat(run.answer()).isNotDone();
        clock.advance(Duration.ofMillis(1));
        assertThatThrownBy(() -> Running.answer(run))
                .isInstanceOfSatisfying(DeadlineExceededException.class, e -> {
                    assertThat(e.node()).isEqualTo("work");
                    assertThat(e.limit()).isEqualTo(Duration.ofMillis(400));
                })
                .hasMessage("The deadline (400 ms) of the run of graph 'g' passed while running 'work'."
                        + " Allow more time, or plan the graph for a shorter SLA.");
        Running.end(run);
        assertThat(blocked.interrupted.getCount()).isZero();
        assertThat(outcome()).isEqualTo(Outcome.DEADLINE_EXCEEDED);
        assertThat(clock.alarms()).isZero();
    }

    @Test
    void aDeadlineIsKeptEvenIfAToolIgnoresItsInterrupt() throws Exception {
        CountDownLatch begun = new CountDownLatch(1), release = new CountDownLatch(1);
        Tool<Integer, Integer> deaf = tool("deaf", i -> {
            begun.countDown();
            while (release.getCount() > 0) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    // deaf
                }
            }
            return i;
        });
        RunTask run = start(one(deaf, NodeOptions.NONE), 1, Deadline.after(Duration.ofMillis(50), clock));
        assertThat(DispatcherTest.passes(begun)).isTrue();
        clock.advance(Duration.ofMillis(50));
        assertThatThrownBy(() -> Running.answer(run)).isInstanceOf(DeadlineExceededException.class);
        assertThat(run.end()).isNotDone();
        release.countDown();
        Running.end(run);
    }

    @Test
    void aRunThatIsQuickLeavesNoAlarmBehind() {
        assertThat(Running.answer(start(
                        one(tool("quick", i -> i + 1), NodeOptions.NONE.timeout(Duration.ofSeconds(1))),
                        1,
                        Deadline.after(Duration.ofSeconds(2), clock))))
                .isEqualTo(2);
        assertThat(clock.alarms()).isZero();
    }

    @Test
    void anAttemptThatTakesTooLongIsRetriedAndTheNextIsUndisturbed() {
        AtomicInteger attempts = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean flagLeft = new AtomicBoolean();
        Tool<Integer, Integer> tool = tool("slow", (Integer i) -> {
                    if (attempts.incrementAndGet() > 1) {
                        flagLeft.set(Thread.currentThread().isInterrupted());
                        return i * 2;
                    }
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return -1; // too late to count
                })
                .asIdempotent();
        RunTask run =
                start(one(tool, NodeOptions.NONE.timeout(Duration.ofMillis(10)).retries(1)), 21, Deadline.NONE);
        assertThat(DispatcherTest.passes(begun)).isTrue();
        clock.advance(Duration.ofMillis(10));
        assertThat(Running.answer(run)).isEqualTo(42);
        assertThat(flagLeft).isFalse();
        assertThat(trace.events())
                .filteredOn(RunEvent.StepFailed.class::isInstance)
                .singleElement()
                .satisfies(e -> {
                    RunEvent.StepFailed f = (RunEvent.StepFailed) e;
                    assertThat(f.retried()).isTrue();
                    assertThat(f.cause())
                            .hasMessage("Node 'work' of graph 'g' took longer than its timeout (10 ms)."
                                    + " Raise the timeout of the node or make it faster.");
                });
    }

    @Test
    void anAttemptKnowsTheLeastOfItsTimeoutAndWhatIsLeft() {
        assertThat(remaining(Duration.ofSeconds(1), Duration.ofSeconds(5)))
                .isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(remaining(Duration.ofSeconds(5), Duration.ofSeconds(1)))
                .isEqualTo(Duration.ofSeconds(1).toNanos());
    }

    private long remaining(Duration timeout, Duration deadline) {
        AgentGraph<Integer, Integer> graph = one(tool("t", i -> i), NodeOptions.NONE.timeout(timeout));
        Dispatcher d = new Dispatcher(
                new io.agentopt.lower.DirectLowering().lower(graph, Running.onOneDevice(graph)),
                s -> (in, context) -> context.remainingNanos(),
                Running.options(graph),
                clock,
                RunListener.none());
        return (Long) Running.answer(d.start(1, Deadline.after(deadline, clock), TokenListener.none()));
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
    void cancellingInterruptsABlockedTool() throws Exception {
        Blocked blocked = new Blocked();
        RunTask run = start(one(blocked.tool, NodeOptions.NONE.retries(3)));
        assertThat(DispatcherTest.passes(blocked.begun)).isTrue();
        run.cancel("The user left.");
        assertThatThrownBy(() -> Running.answer(run))
                .isInstanceOf(RunCancelledException.class)
                .hasMessage("The run of graph 'g' was cancelled: The user left.");
        Running.end(run);
        assertThat(blocked.interrupted.getCount()).isZero();
        assertThat(outcome()).isEqualTo(Outcome.CANCELLED);
    }

    @Test
    void cancellingReachesWorkThatOnlyKnowsTokens() throws Exception {
        CountDownLatch begun = new CountDownLatch(1), told = new CountDownLatch(1);
        AgentGraph<Integer, Integer> graph = one(tool("t", i -> i), NodeOptions.NONE);
        StepRunner nativeWork = s -> (in, context) -> {
            context.onStop(told::countDown);
            begun.countDown();
            while (told.getCount() > 0) {
                try {
                    told.await();
                } catch (InterruptedException e) {
                    // native code does not see interrupts
                }
            }
            return 1;
        };
        Dispatcher d = new Dispatcher(
                new io.agentopt.lower.DirectLowering().lower(graph, Running.onOneDevice(graph)),
                nativeWork,
                java.util.Map.of(),
                clock,
                RunListener.none());
        RunTask run = d.start(1, Deadline.NONE, TokenListener.none());
        assertThat(DispatcherTest.passes(begun)).isTrue();
        run.cancel("Enough.");
        Running.end(run);
        assertThatThrownBy(() -> Running.answer(run)).isInstanceOf(RunCancelledException.class);
    }

    @Test
    void cancellingAfterTheAnswerChangesNothing() {
        RunTask run = start(one(tool("t", i -> i + 1), NodeOptions.NONE));
        assertThat(Running.answer(run)).isEqualTo(2);
        run.cancel("Too late.");
        assertThat(Running.answer(run)).isEqualTo(2);
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
