package io.agentopt.runtime.dispatch;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.graph.NodeOptions;
import io.agentopt.lower.DirectLowering;
import io.agentopt.operator.Generate;
import io.agentopt.plan.OperatorId;
import io.agentopt.plan.Placement;
import io.agentopt.program.Program;
import io.agentopt.runtime.observe.RunListener;
import io.agentopt.runtime.observe.RunTrace;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs graphs in tests: all on one device unless placed otherwise, with a guard against hanging. */
public final class Running {
    static final Duration GUARD = Duration.ofSeconds(30);

    private Running() {}

    public static Placement onOneDevice(AgentGraph<?, ?> graph) {
        return placed(graph, "cpu", "cpu");
    }

    public static Placement placed(AgentGraph<?, ?> graph, String prefill, String rest) {
        Map<OperatorId, String> devices = new HashMap<>();
        graph.calls().forEach((path, call) -> {
            if (call.operator() instanceof Generate) {
                devices.put(OperatorId.prefill(path), prefill);
                devices.put(OperatorId.decode(path), rest);
            } else {
                devices.put(OperatorId.whole(path), rest);
            }
        });
        return new Placement(rest, devices);
    }

    static Map<String, NodeOptions> options(AgentGraph<?, ?> graph) {
        Map<String, NodeOptions> options = new HashMap<>();
        for (Map.Entry<String, Node.Call> e : graph.calls().entrySet())
            options.put(e.getKey(), e.getValue().options());
        return options;
    }

    static Dispatcher dispatcher(AgentGraph<?, ?> graph, ModelRunner models, RunClock clock, RunListener listener) {
        Program program = new DirectLowering().lower(graph, onOneDevice(graph));
        return new Dispatcher(program, new GraphStepRunner(graph, models), options(graph), clock, listener);
    }

    static Object run(AgentGraph<?, ?> graph, Object input) {
        return answer(dispatcher(graph, ScriptedModels.none(), new ManualClock(), RunListener.none())
                .start(input, Deadline.NONE, TokenListener.none()));
    }

    static Object run(AgentGraph<?, ?> graph, Object input, RunTrace trace) {
        return answer(dispatcher(graph, ScriptedModels.none(), new ManualClock(), RunListener.all(List.of(trace)))
                .start(input, Deadline.NONE, TokenListener.none()));
    }

    /** The answer of a run, or what it failed with. */
    static Object answer(RunTask task) {
        try {
            return task.answer().get(GUARD.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException r) throw r;
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("the run hangs", e);
        }
    }

    /** Waits until nothing of a run is running any more. */
    static void end(RunTask task) throws Exception {
        task.end().get(GUARD.toSeconds(), TimeUnit.SECONDS);
    }
}
