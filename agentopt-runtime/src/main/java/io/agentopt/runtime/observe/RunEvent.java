package io.agentopt.runtime.observe;

import io.agentopt.plan.granular.OperatorId;

/**
 * Something that happened in a run. Times in nanoseconds are readings of one monotonic clock per agent: only differences mean
 * anything.
 */
public sealed interface RunEvent {
    /** {@return the run, unique in its agent, from 1} */
    long run();

    /** A run began. */
    record RunStarted(long run, String graph, long atNanos) implements RunEvent {}

    /**
     * An attempt at a granular operator began.
     *
     * @param device the device class that the plan chose
     */
    record StepStarted(long run, OperatorId operator, StepKind kind, String device, long atNanos) implements RunEvent {}

    /**
     * The first token of an LLM call is there.
     *
     * @param atNanos when; the time to first token of the run is the difference to its start
     */
    record FirstToken(long run, OperatorId operator, long atNanos) implements RunEvent {}

    /**
     * A granular operator has its result.
     *
     * @param startNanos when the successful attempt began
     * @param seconds how long that attempt took, waiting for the device included
     * @param tokensIn tokens read, 0 where that means nothing
     * @param tokensOut tokens generated, 0 where that means nothing
     * @param thread id of the thread that ran it
     * @param tokensReused of the tokens read, those whose keys and values were known from earlier prompts
     */
    record StepFinished(
            long run,
            OperatorId operator,
            StepKind kind,
            String device,
            long startNanos,
            double seconds,
            int tokensIn,
            int tokensOut,
            long thread,
            int tokensReused)
            implements RunEvent {
        /** A step that reused nothing. */
        public StepFinished(
                long run,
                OperatorId operator,
                StepKind kind,
                String device,
                long startNanos,
                double seconds,
                int tokensIn,
                int tokensOut,
                long thread) {
            this(run, operator, kind, device, startNanos, seconds, tokensIn, tokensOut, thread, 0);
        }
    }

    /**
     * An attempt at a granular operator failed.
     *
     * @param attempt from 1
     * @param retried whether another attempt follows
     */
    record StepFailed(
            long run,
            OperatorId operator,
            StepKind kind,
            String device,
            long startNanos,
            double seconds,
            int attempt,
            boolean retried,
            Throwable cause)
            implements RunEvent {}

    /**
     * A run ended, and none of its steps is running any more.
     *
     * @param seconds from its start
     */
    record RunFinished(long run, long atNanos, double seconds, Outcome outcome) implements RunEvent {}

    /** How a run ended. */
    enum Outcome {
        ANSWERED,
        FAILED,
        DEADLINE_EXCEEDED,
        CANCELLED
    }
}
