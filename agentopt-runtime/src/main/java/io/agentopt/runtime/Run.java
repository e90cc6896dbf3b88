package io.agentopt.runtime;

import io.agentopt.runtime.dispatch.AgentRunException;
import io.agentopt.runtime.dispatch.RunTask;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * One run of an agent that was submitted.
 *
 * @param <O> what it answers
 */
public final class Run<O> {
    private final RunTask task;
    private final CompletableFuture<O> answer;

    Run(RunTask task, Function<Object, O> result) {
        this.task = task;
        this.answer = task.answer().thenApply(result);
    }

    /**
     * Waits for the answer.
     *
     * @throws AgentRunException if the run failed, took too long or was cancelled
     * @throws InterruptedException if this thread is interrupted; the run goes on
     */
    public O get() throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    /** As {@link #get()}, whatever happens to this thread. */
    O join() {
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw failure(e);
        }
    }

    private static RuntimeException failure(Exception e) {
        return e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e);
    }

    /** {@return the answer as a future; it fails with an {@link AgentRunException}. To stop the run, use {@link #cancel()}} */
    public CompletableFuture<O> future() {
        return answer.copy();
    }

    /** {@return whether there is an answer or a failure} */
    public boolean isDone() {
        return answer.isDone();
    }

    /** Stops the run, unless it is done: tools are interrupted, models stop in mid-run. */
    public void cancel() {
        cancel("Its caller cancelled it.");
    }

    /**
     * Stops the run, unless it is done.
     *
     * @param reason for the exception that the run ends with, as a sentence
     */
    public void cancel(String reason) {
        task.cancel(reason);
    }
}
