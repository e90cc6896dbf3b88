package io.agentopt.runtime;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.lower.DirectLowering;
import io.agentopt.message.Embedding;
import io.agentopt.operator.Tool;
import io.agentopt.plan.OperatorId;
import io.agentopt.plan.Placement;
import io.agentopt.runtime.dispatch.AgentRunException;
import io.agentopt.runtime.dispatch.DeadlineExceededException;
import io.agentopt.runtime.dispatch.ManualClock;
import io.agentopt.runtime.dispatch.RunCancelledException;
import io.agentopt.runtime.dispatch.RunClock;
import io.agentopt.runtime.dispatch.Running;
import io.agentopt.runtime.dispatch.TokenListener;
import io.agentopt.runtime.observe.AgentReport;
import io.agentopt.runtime.observe.RunTrace;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AgentTest {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final ManualClock clock = new ManualClock();

    private final AgentGraph<Integer, Integer> doubling = AgentGraph.define(
            "doubling",
            Integer.class,
            Integer.class,
            (g, in) -> g.node("twice", tool("twice", (Integer i) -> i * 2), in));

    private final Tool<Integer, Integer> waiting = tool("waiting", i -> {
        begun.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
        return i;
    });
    private final AgentGraph<Integer, Integer> blocking =
            AgentGraph.define("blocking", Integer.class, Integer.class, (g, in) -> g.node("wait", waiting, in));

    private <I, O> Agent<I, O> load(AgentGraph<I, O> graph, AgentOptions options, RunClock with) {
        Placement placement = Running.onOneDevice(graph);
        return AgentRuntime.open(
                graph, new DirectLowering().lower(graph, placement), placement, Optional.empty(), options, with);
    }

    private <I, O> Agent<I, O> load(AgentGraph<I, O> graph) {
        return load(graph, AgentOptions.DEFAULTS, clock);
    }

    private void awaitBegin() throws InterruptedException {
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void runsAndSubmits() throws Exception {
        try (Agent<Integer, Integer> agent =
                AgentRuntime.load(doubling, Running.onOneDevice(doubling), AgentOptions.DEFAULTS)) {
            assertThat(agent.run(21)).isEqualTo(42);
            assertThat(agent.run(4, Duration.ofMinutes(1))).isEqualTo(8);
            Run<Integer> run = agent.submit(5);
            assertThat(run.get()).isEqualTo(10);
            assertThat(run.future().get()).isEqualTo(10);
            assertThat(run.isDone()).isTrue();
        }
    }

    @Test
    void aClosedAgentDoesNotRun() {
        Agent<Integer, Integer> agent = load(doubling);
        agent.close();
        agent.close();
        assertThatThrownBy(() -> agent.run(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The agent 'doubling' is closed. Load it again, or close it after its last run.");
    }

    @Test
    void closingStopsTheRunsInProgress() throws Exception {
        Agent<Integer, Integer> agent = load(blocking);
        Run<Integer> run = agent.submit(1);
        awaitBegin();
        agent.close();
        assertThat(interrupted.getCount()).isZero();
        assertThatThrownBy(run::get)
                .isInstanceOf(RunCancelledException.class)
                .hasMessageContaining("The agent was closed.");
        assertThat(agent.report().cancelled()).isEqualTo(1);
    }

    @Test
    void aRunCanBeCancelled() throws Exception {
        try (Agent<Integer, Integer> agent = load(blocking)) {
            Run<Integer> run = agent.submit(1);
            awaitBegin();
            run.cancel();
            assertThatThrownBy(run::get).isInstanceOf(RunCancelledException.class);
            assertThatThrownBy(() -> run.future().get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RunCancelledException.class);
            assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void interruptingTheCallerOfRunStopsTheRun() throws Exception {
        try (Agent<Integer, Integer> agent = load(blocking)) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread caller = Thread.ofVirtual().start(() -> {
                try {
                    agent.run(1);
                } catch (RuntimeException e) {
                    thrown.set(e);
                }
            });
            awaitBegin();
            caller.interrupt();
            caller.join();
            assertThat(thrown.get()).isInstanceOf(RunCancelledException.class).hasMessageContaining("interrupted");
            assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void theDefaultDeadlineIsThatOfTheOptions() throws Exception {
        try (Agent<Integer, Integer> agent =
                load(blocking, AgentOptions.DEFAULTS.withDeadline(Duration.ofMillis(200)), clock)) {
            Run<Integer> run = agent.submit(1);
            awaitBegin();
            clock.advance(Duration.ofMillis(200));
            assertThatThrownBy(run::get)
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasMessageContainingAll("200 ms", "'wait'");
        }
    }

    @Test
    void theSystemClockRingsToo() {
        try (Agent<Integer, Integer> agent =
                AgentRuntime.load(blocking, Running.onOneDevice(blocking), AgentOptions.DEFAULTS)) {
            assertThatThrownBy(() -> agent.run(1, Duration.ofMillis(1))).isInstanceOf(DeadlineExceededException.class);
        }
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void wrongInputsAndAnswersAreNamed() {
        try (Agent agent = load(doubling)) {
            assertThatThrownBy(() -> agent.run("two"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The agent 'doubling' runs on java.lang.Integer but was given java.lang.String.");
        }
        AgentGraph<Integer, Integer> lying = AgentGraph.define(
                "lying", Integer.class, Integer.class, (g, in) -> (Port) in.map("text", i -> "no number"));
        try (Agent<Integer, Integer> agent = load(lying)) {
            assertThatThrownBy(() -> agent.run(1))
                    .isInstanceOf(AgentRunException.class)
                    .hasMessage(
                            "The graph 'lying' answers java.lang.Integer but its last node returned java.lang.String.");
        }
    }

    @Test
    void aProgramOfAnotherPlacementIsRefused() {
        Placement elsewhere = new Placement("far", Map.of(OperatorId.whole("twice"), "far"));
        assertThatThrownBy(() -> AgentRuntime.open(
                        doubling,
                        new DirectLowering().lower(doubling, elsewhere),
                        Running.onOneDevice(doubling),
                        Optional.empty(),
                        AgentOptions.DEFAULTS,
                        clock))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("Step 'twice'", "'doubling'", "'far'");
    }

    @Test
    void aModelWithoutAStoreIsNamedWhenLoading() {
        AgentGraph<String, Embedding> graph = AgentGraph.define(
                "needy", String.class, Embedding.class, (g, in) -> g.node("vector", embed(model("e-1")), in));
        assertThatThrownBy(() -> load(graph))
                .isInstanceOf(AgentLoadException.class)
                .hasMessage(
                        "Node 'vector' of graph 'needy' needs the model 'e-1', but no model store was given. Load the agent with one.");
    }

    @Test
    void reportsWhatItDid() {
        RunTrace trace = new RunTrace();
        try (Agent<Integer, Integer> agent = load(doubling, AgentOptions.DEFAULTS.withListener(trace), clock)) {
            for (int i = 0; i < 3; i++)
                assertThat(agent.stream(i, TokenListener.none())).isEqualTo(2 * i);
            AgentReport report = agent.report();
            assertThat(report.answered()).isEqualTo(3);
            assertThat(report.rows()).singleElement().satisfies(r -> {
                assertThat(r.operator()).isEqualTo(OperatorId.whole("twice"));
                assertThat(r.measured().count()).isEqualTo(3);
            });
            assertThat(trace.events(2)).hasSize(4);
        }
    }
}
