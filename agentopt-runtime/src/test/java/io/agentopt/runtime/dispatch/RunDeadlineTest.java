package io.agentopt.runtime.dispatch;

import static io.agentopt.operator.Operators.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.operator.Tool;
import io.agentopt.runtime.observe.RunEvent;
import io.agentopt.runtime.observe.RunEvent.Outcome;
import io.agentopt.runtime.observe.RunListener;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What ends when time is up: a run, or one attempt of a node. */
@Timeout(60)
class RunDeadlineTest extends RunFixture {
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
}
