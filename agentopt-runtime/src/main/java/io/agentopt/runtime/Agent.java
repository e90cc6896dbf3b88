package io.agentopt.runtime;

import io.agentopt.graph.AgentGraph;
import io.agentopt.runtime.dispatch.AgentRunException;
import io.agentopt.runtime.dispatch.Deadline;
import io.agentopt.runtime.dispatch.Dispatcher;
import io.agentopt.runtime.dispatch.RunClock;
import io.agentopt.runtime.dispatch.RunTask;
import io.agentopt.runtime.dispatch.TokenListener;
import io.agentopt.runtime.observe.AgentReport;
import io.agentopt.runtime.observe.AgentStatistics;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent that is loaded: its models are open until it is closed. Any number of threads may run it at once; runs share nothing
 * but the operators themselves.
 *
 * @param <I> what a run is given
 * @param <O> what a run answers
 */
public final class Agent<I, O> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    private final AgentGraph<I, O> graph;
    private final Dispatcher dispatcher;
    private final AgentOptions options;
    private final AgentStatistics statistics;
    private final RunClock clock;
    private final AutoCloseable engines;
    private final Set<RunTask> runs = new HashSet<>(); // also the lock of what follows
    private boolean closed;

    /** Owns the clock and the engines. */
    Agent(
            AgentGraph<I, O> graph,
            Dispatcher dispatcher,
            AgentOptions options,
            AgentStatistics statistics,
            RunClock clock,
            AutoCloseable engines) {
        this.graph = graph;
        this.dispatcher = dispatcher;
        this.options = options;
        this.statistics = statistics;
        this.clock = clock;
        this.engines = engines;
    }

    /** {@return the graph that it runs} */
    public AgentGraph<I, O> graph() {
        return graph;
    }

    /**
     * Runs the agent, with the default deadline of its options.
     *
     * @throws AgentRunException if a node fails; the message names it. {@link io.agentopt.runtime.dispatch.DeadlineExceededException}
     *     if it takes too long, {@link io.agentopt.runtime.dispatch.RunCancelledException} if it is closed or this thread is interrupted
     * @throws IllegalStateException if the agent is closed
     */
    public O run(I input) {
        return await(submit(input));
    }

    /** Runs the agent; it must answer within a time from now. Errors as in {@link #run(Object)}. */
    public O run(I input, Duration deadline) {
        Objects.requireNonNull(deadline, "deadline");
        return await(submit(input, Optional.of(deadline), TokenListener.none()));
    }

    /** Runs the agent and passes on the text of its LLM calls while it is generated. Errors as in {@link #run(Object)}. */
    public O stream(I input, TokenListener tokens) {
        return await(submit(input, options.deadline(), tokens));
    }

    /** Starts a run, with the default deadline of its options. */
    public Run<O> submit(I input) {
        return submit(input, options.deadline(), TokenListener.none());
    }

    /**
     * Starts a run.
     *
     * @param deadline time from now, or empty for none
     * @param tokens hears the text of its LLM calls
     * @throws IllegalStateException if the agent is closed
     */
    public Run<O> submit(I input, Optional<Duration> deadline, TokenListener tokens) {
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(tokens, "tokens");
        if (!graph.inputType().isPrimitive() && !graph.inputType().isInstance(input)) {
            throw new IllegalArgumentException("The agent '" + graph.name() + "' runs on "
                    + graph.inputType().getName() + " but was given "
                    + input.getClass().getName() + ".");
        }
        RunTask task;
        synchronized (runs) {
            if (closed) {
                throw new IllegalStateException(
                        "The agent '" + graph.name() + "' is closed. Load it again, or close it after its last run.");
            }
            task = dispatcher.start(
                    input, deadline.map(d -> Deadline.after(d, clock)).orElse(Deadline.NONE), tokens);
            runs.add(task);
        }
        CompletableFuture<Void> _ = task.end().thenRun(() -> forget(task));
        return new Run<>(task, this::result);
    }

    private void forget(RunTask task) {
        synchronized (runs) {
            runs.remove(task);
        }
    }

    @SuppressWarnings("unchecked") // a class token of a primitive type cannot cast; its values are boxed
    private O result(Object value) {
        if (graph.outputType().isPrimitive()) return (O) value;
        if (graph.outputType().isInstance(value)) return graph.outputType().cast(value);
        throw new AgentRunException(
                graph.name(),
                "",
                "The graph '" + graph.name() + "' answers " + graph.outputType().getName()
                        + " but its last node returned " + value.getClass().getName() + ".",
                null);
    }

    private O await(Run<O> run) {
        try {
            return run.get();
        } catch (InterruptedException e) {
            run.cancel("The thread that waited for it was interrupted.");
            Thread.currentThread().interrupt();
            return run.join(); // the cancellation, or an answer that came first
        }
    }

    /** {@return what its runs took so far, beside what was expected} */
    public AgentReport report() {
        return statistics.report();
    }

    /**
     * Refuses further runs, cancels those in progress, waits for them for the grace of its options, and frees the models. Safe at any
     * time and from any thread.
     */
    @Override
    public void close() {
        List<RunTask> open;
        synchronized (runs) {
            if (closed) return;
            closed = true;
            open = List.copyOf(runs);
        }
        open.forEach(r -> r.cancel("The agent was closed."));
        awaitEnds(open);
        try {
            engines.close();
        } catch (Exception e) {
            LOG.warn("The agent '{}' could not free its models.", graph.name(), e);
        } finally {
            clock.close();
        }
    }

    private void awaitEnds(List<RunTask> open) {
        CompletableFuture<Void> all =
                CompletableFuture.allOf(open.stream().map(RunTask::end).toArray(CompletableFuture[]::new));
        try {
            all.get(options.closeGrace().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.warn(
                    "The agent '{}' closes although {} of its runs still have steps that ignore their interrupt.",
                    graph.name(),
                    open.stream().filter(r -> !r.end().isDone()).count());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("ends never fail", e);
        }
    }

    @Override
    public String toString() {
        return "Agent[" + graph.name() + "]";
    }
}
