package io.agentopt.runtime.dispatch;

import static io.agentopt.operator.Operators.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.runtime.observe.RunEvent.Outcome;
import io.agentopt.runtime.observe.RunListener;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a cancelled run does with the work that it has begun. */
@Timeout(60)
class RunCancellationTest extends RunFixture {
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
}
