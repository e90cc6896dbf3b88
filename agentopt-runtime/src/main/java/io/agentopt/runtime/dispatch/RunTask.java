package io.agentopt.runtime.dispatch;

import io.agentopt.runtime.observe.RunEvent;
import io.agentopt.runtime.observe.RunEvent.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One run of a program, from its start to when its last thread has ended.
 *
 * <p>The answer, or the failure of a step, is given when no step is running any more. A deadline or a cancellation is given at
 * once, even where a tool ignores its interrupt; {@link #end()} says when that tool has come back too.
 */
public final class RunTask {
    private final RunState state;
    private final ExecutableBlock body;
    private final CompletableFuture<Object> answer = new CompletableFuture<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    RunTask(RunState state, ExecutableBlock body) {
        this.state = state;
        this.body = body;
    }

    /** Runs on the calling thread, which is a new one. */
    void run(Object input, long startNanos) {
        RunClock.Alarm alarm = state.deadline().limit().isPresent()
                ? state.clock().at(state.deadline().atNanos(), this::expire)
                : () -> {};
        if (state.listening()) state.listener().on(new RunEvent.RunStarted(state.id(), state.graph(), startNanos));
        Frame frame = new Frame(null, body.slots());
        frame.set(body.parameter(), input);
        state.work(worker -> worker.execute(body, frame));
        boolean answered = state.answer();
        alarm.off();
        Thread.interrupted(); // a stop that came last must not disturb the clearing up
        state.closeOwned();
        AgentRunException failure = answered ? null : state.failure();
        if (state.listening()) finished(startNanos, failure);
        end.complete(null);
        if (failure == null) {
            answer.complete(frame.get(body.yielded(0)));
        } else {
            answer.completeExceptionally(failure);
        }
    }

    private void finished(long startNanos, @Nullable AgentRunException failure) {
        Outcome outcome = switch (failure) {
            case null -> Outcome.ANSWERED;
            case DeadlineExceededException e -> Outcome.DEADLINE_EXCEEDED;
            case RunCancelledException e -> Outcome.CANCELLED;
            case AgentRunException e -> Outcome.FAILED;
        };
        long now = state.clock().nanos();
        state.listener().on(new RunEvent.RunFinished(state.id(), now, (now - startNanos) / 1e9, outcome));
    }

    private void expire() {
        Duration limit = state.deadline().limit().orElse(Duration.ZERO);
        AgentRunException first = state.fail(DeadlineExceededException.ofRun(state.graph(), state.running(), limit));
        // On a thread of its own: what hangs on the future must not keep other alarms from ringing.
        state.thread(() -> giveUp(first));
    }

    /**
     * Ends the run, unless it has ended: its threads are interrupted, native work is told to stop.
     *
     * @param reason for the exception, as a sentence
     */
    public void cancel(String reason) {
        giveUp(state.fail(new RunCancelledException(state.graph(), reason)));
    }

    private void giveUp(AgentRunException failure) {
        if (!state.hasAnswered()) answer.completeExceptionally(failure);
    }

    /** {@return the answer, or an {@link AgentRunException}; cancelling the future does not cancel the run, {@link #cancel} does} */
    public CompletableFuture<Object> answer() {
        return answer;
    }

    /** {@return completes, always normally and before {@link #answer} does with an answer, when no step of the run is running any more} */
    public CompletableFuture<Void> end() {
        return end;
    }
}
