package io.agentopt.runtime.dispatch;

import static io.agentopt.operator.Operators.tool;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.operator.Tool;
import io.agentopt.runtime.observe.RunEvent;
import io.agentopt.runtime.observe.RunEvent.Outcome;
import io.agentopt.runtime.observe.RunListener;
import io.agentopt.runtime.observe.RunTrace;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Starts runs under a clock that the test sets, and records what they did. */
abstract class RunFixture {
    final ManualClock clock = new ManualClock();
    final RunTrace trace = new RunTrace();

    /** A tool that says when it has begun, then waits until it is interrupted. */
    static final class Blocked {
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

    RunTask start(AgentGraph<?, ?> graph, Object input, Deadline deadline) {
        return Running.dispatcher(graph, ScriptedModels.none(), clock, RunListener.all(List.of(trace)))
                .start(input, deadline, TokenListener.none());
    }

    RunTask start(AgentGraph<?, ?> graph) {
        return start(graph, 1, Deadline.NONE);
    }

    static AgentGraph<Integer, Integer> one(Tool<Integer, Integer> tool, NodeOptions options) {
        return AgentGraph.define("g", Integer.class, Integer.class, (g, in) -> g.node("work", tool, in, options));
    }

    Outcome outcome() {
        return trace.events().stream()
                .filter(RunEvent.RunFinished.class::isInstance)
                .map(e -> ((RunEvent.RunFinished) e).outcome())
                .reduce((a, b) -> b)
                .orElseThrow();
    }
}
