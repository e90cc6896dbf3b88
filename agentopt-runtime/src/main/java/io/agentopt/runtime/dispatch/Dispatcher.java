package io.agentopt.runtime.dispatch;

import io.agentopt.graph.NodeOptions;
import io.agentopt.program.Program;
import io.agentopt.runtime.observe.RunListener;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Executes a program. Loaded once, run any number of times at once; runs share nothing but the operators themselves.
 *
 * <p>Each run has a virtual thread. A straight stretch of steps stays on it; where two steps that may take long can overlap, the
 * others get virtual threads of their own.
 *
 * <p>Order comes from data, and in one block from effects, in program order: loads and stores of one memory, and tools that are not
 * idempotent among each other. Marking tools idempotent lets them overlap. Items of a for-each are not ordered.
 */
public final class Dispatcher {
    private final String graph;
    private final ExecutableBlock body;
    private final RunClock clock;
    private final RunListener listener;
    private final ThreadFactory threads;
    private final AtomicLong runs = new AtomicLong();

    /**
     * Loads a program: every leaf step is bound now.
     *
     * @param options timeout and retries by path of the node; absent means none. They hold for each granular operator of a node: an LLM
     *     call's timeout for its prefill and for its decode. Its decode is not retried, since it has consumed the KV cache
     * @param clock for deadlines and measurements; it stays the caller's
     * @param listener hears every run; failures of it stay with it if it is one of {@link RunListener#all}
     * @throws IllegalArgumentException if the program is broken or a step cannot be bound
     */
    public Dispatcher(
            Program program,
            StepRunner runner,
            Map<String, NodeOptions> options,
            RunClock clock,
            RunListener listener) {
        this.graph = program.graph();
        this.clock = clock;
        this.listener = listener;
        this.body = new ProgramLoader(graph, runner, Map.copyOf(options)).load(program);
        this.threads = Thread.ofVirtual().name("agentopt-" + graph + "-", 0).factory();
    }

    /**
     * Starts a run.
     *
     * @param input the value of the program's parameter
     */
    public RunTask start(Object input, Deadline deadline, TokenListener tokens) {
        RunState state = new RunState(runs.incrementAndGet(), graph, deadline, clock, listener, tokens, threads);
        RunTask task = new RunTask(state, body);
        long startNanos = clock.nanos();
        state.thread(() -> task.run(input, startNanos));
        return task;
    }
}
