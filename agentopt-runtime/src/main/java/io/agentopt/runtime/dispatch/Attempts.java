package io.agentopt.runtime.dispatch;

import io.agentopt.runtime.observe.RunEvent;
import io.agentopt.runtime.observe.RunListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs leaf steps on one thread: attempt by attempt, each with its deadline, and tells the listener.
 *
 * <p>Stopping comes from other threads (a failure elsewhere, the deadline, an alarm for one attempt) and must hit the attempt
 * that it is meant for and no later one, so its start, its end and the alarm meet under one lock. An attempt without a timeout takes
 * no lock.
 */
final class Attempts implements StepContext {
    private final RunState run;
    private final Thread thread = Thread.currentThread();
    private final Object gate = new Object();
    private final List<Runnable> stops = new ArrayList<>();
    private Deadline deadline;
    private long attempt;
    private volatile boolean timedOut;
    private ExecutableStep.@Nullable Leaf leaf;
    private boolean registered;
    private boolean firstToken;
    private int tokensIn;
    private int tokensReused;
    private int tokensOut;

    /** Runs steps on the calling thread. */
    Attempts(RunState run) {
        this.run = run;
        this.deadline = run.deadline();
    }

    /** {@return the result of a step, after as many attempts as it takes and may have} */
    Object run(ExecutableStep.Leaf step, Frame frame) {
        List<Object> operands = operands(step.operands(), frame);
        leaf = step;
        for (int number = 1; ; number++) {
            long start = run.listening() ? started(step) : 0;
            try {
                Object result = step.timeoutNanos() == 0 ? untimed(step, operands) : timed(step, operands);
                if (result == null) throw AgentRunException.nullResult(run.graph(), step.path());
                if (run.listening()) finished(step, start);
                return result;
            } catch (Throwable t) { // whatever a user's function throws is the node's failure
                boolean again = number < step.attempts() && !run.isStopped();
                if (run.listening()) failed(step, start, number, again, t);
                if (!again) throw run.fail(asFailure(step, t));
            } finally {
                // A flag that a tool left set must not hit the next one; a stop is found at the next step in any case.
                if (thread.isInterrupted()) Thread.interrupted();
            }
        }
    }

    /** A tool may itself run an agent: that one's exception is this node's cause, not its report. */
    private AgentRunException asFailure(ExecutableStep.Leaf step, Throwable t) {
        if (t instanceof FusedFunctions.PartFailure part) {
            Throwable cause = part.getCause();
            return cause == null
                    ? AgentRunException.nullResult(run.graph(), part.path())
                    : AgentRunException.of(run.graph(), part.path(), cause);
        }
        boolean own = t instanceof AgentRunException e
                && e.graph().equals(run.graph())
                && e.node().equals(step.path());
        return own ? (AgentRunException) t : AgentRunException.of(run.graph(), step.path(), t);
    }

    private @Nullable Object untimed(ExecutableStep.Leaf step, List<Object> operands) throws Exception {
        try {
            return step.action().run(operands, this);
        } finally {
            if (registered) forget();
        }
    }

    private @Nullable Object timed(ExecutableStep.Leaf step, List<Object> operands) throws Exception {
        Duration timeout = Duration.ofNanos(step.timeoutNanos());
        Deadline own = Deadline.after(timeout, run.clock());
        deadline = own.earlier(run.deadline());
        long number = attempt;
        RunClock.Alarm alarm = run.clock().at(own.atNanos(), () -> timeOut(number));
        @Nullable Object result = null;
        @Nullable Throwable cause = null;
        boolean late;
        try {
            result = step.action().run(operands, this);
        } catch (Throwable t) { // judged below: a late attempt fails as late, whatever it says
            cause = t;
        } finally {
            alarm.off();
            late = endTimed();
        }
        run.throwIfStopped();
        if (late) {
            AgentRunException e = DeadlineExceededException.ofNode(run.graph(), step.path(), timeout);
            if (cause != null) e.addSuppressed(cause);
            throw e;
        }
        if (cause instanceof Exception e) throw e;
        if (cause instanceof Error e) throw e;
        return result;
    }

    /** {@return whether the time of the attempt that ends here was over; the interrupt that said so is gone} */
    private boolean endTimed() {
        synchronized (gate) {
            attempt++;
            stops.clear();
            registered = false;
            deadline = run.deadline();
            boolean late = timedOut;
            timedOut = false;
            if (late) Thread.interrupted();
            return late;
        }
    }

    private void forget() {
        synchronized (gate) {
            stops.clear();
            registered = false;
        }
    }

    private void timeOut(long number) {
        List<Runnable> actions;
        synchronized (gate) {
            if (number != attempt) return;
            timedOut = true;
            actions = takeStops();
            thread.interrupt();
        }
        actions.forEach(Runnable::run);
    }

    /** Stops the attempt in progress, if any; the run has ended. */
    void stop() {
        List<Runnable> actions;
        synchronized (gate) {
            actions = takeStops();
            if (thread != Thread.currentThread()) thread.interrupt();
        }
        actions.forEach(Runnable::run);
    }

    private List<Runnable> takeStops() {
        List<Runnable> actions = List.copyOf(stops);
        stops.clear();
        return actions;
    }

    private static List<Object> operands(List<Ref> refs, Frame frame) {
        return switch (refs.size()) {
            case 1 -> List.of(frame.get(refs.get(0)));
            case 2 -> List.of(frame.get(refs.get(0)), frame.get(refs.get(1)));
            default -> refs.stream().map(frame::get).toList();
        };
    }

    private long started(ExecutableStep.Leaf step) {
        firstToken = true;
        tokensIn = 0;
        tokensReused = 0;
        tokensOut = 0;
        long now = run.clock().nanos();
        run.listener().on(new RunEvent.StepStarted(run.id(), step.operator(), step.kind(), step.device(), now));
        return now;
    }

    private void finished(ExecutableStep.Leaf step, long start) {
        double seconds = (run.clock().nanos() - start) / 1e9;
        RunListener listener = run.listener();
        listener.on(new RunEvent.StepFinished(
                run.id(),
                step.operator(),
                step.kind(),
                step.device(),
                start,
                seconds,
                tokensIn,
                tokensOut,
                thread.threadId(),
                tokensReused));
    }

    private void failed(ExecutableStep.Leaf step, long start, int number, boolean again, Throwable cause) {
        double seconds = (run.clock().nanos() - start) / 1e9;
        run.listener()
                .on(new RunEvent.StepFailed(
                        run.id(), step.operator(), step.kind(), step.device(), start, seconds, number, again, cause));
    }

    @Override
    public Deadline deadline() {
        return deadline;
    }

    @Override
    public long remainingNanos() {
        return deadline.remainingNanos(run.clock());
    }

    @Override
    public boolean isStopped() {
        return timedOut || run.isStopped();
    }

    @Override
    public void onStop(Runnable action) {
        synchronized (gate) {
            if (!isStopped()) {
                stops.add(action);
                registered = true;
                return;
            }
        }
        action.run();
    }

    @Override
    public void own(AutoCloseable resource) {
        run.own(resource);
    }

    @Override
    public void disown(AutoCloseable resource) {
        run.disown(resource);
    }

    @Override
    public void countTokens(int in, int out) {
        tokensIn += in;
        tokensOut += out;
    }

    @Override
    public void countReused(int tokens) {
        tokensReused += tokens;
    }

    @Override
    public void token(String text) {
        ExecutableStep.Leaf step = leaf;
        if (step == null) return;
        if (firstToken && run.listening()) {
            run.listener()
                    .on(new RunEvent.FirstToken(
                            run.id(), step.operator(), run.clock().nanos()));
        }
        firstToken = false;
        run.token(step.path(), text);
    }
}
