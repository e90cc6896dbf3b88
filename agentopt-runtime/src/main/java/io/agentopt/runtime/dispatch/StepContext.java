package io.agentopt.runtime.dispatch;

/** What an attempt at a leaf step knows of its run. Good only during {@link StepRunner.Action#run}, on its thread. */
public interface StepContext {
    /** {@return when this attempt must be done: the least of the node's timeout and what the run has left} */
    Deadline deadline();

    /** {@return what this attempt has left in nanoseconds, at least 0; {@link Long#MAX_VALUE} without a deadline} */
    long remainingNanos();

    /** {@return whether the attempt shall stop; its thread was then interrupted too} */
    boolean isStopped();

    /**
     * Registers what stops work that does not look at interrupts, such as a native run. It runs at most once: at cancellation,
     * failure elsewhere in the run, or when this attempt's time is over; at once if that was before. It is forgotten when the
     * attempt ends.
     */
    void onStop(Runnable action);

    /** Says that a value holds a resource; if the run ends before {@link #disown}, the run closes it. */
    void own(AutoCloseable resource);

    /** Says that the resource has been consumed or closed. */
    void disown(AutoCloseable resource);

    /** Reports the tokens that this step read and generated. */
    void countTokens(int in, int out);

    /** Reports how many of the tokens that this step read were known from earlier prompts, so that no model ran over them. */
    default void countReused(int tokens) {}

    /** Passes on a piece of generated text. */
    void token(String text);
}
