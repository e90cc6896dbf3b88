package io.agentopt.runtime.observe;

import java.util.OptionalDouble;

/** Of one run: for how long at least one model, search, tool or memory was at work, and when tokens began. Thread-safe. */
final class RunInProgress {
    private final long startNanos;
    private int working;
    private long since;
    private long workNanos;
    private boolean hasToken;
    private long tokenNanos;

    RunInProgress(long startNanos) {
        this.startNanos = startNanos;
    }

    synchronized void workStarted(long atNanos) {
        if (working++ == 0) since = atNanos;
    }

    synchronized void workEnded(long atNanos) {
        if (--working == 0) workNanos += Math.max(0, atNanos - since);
    }

    /** The last LLM call that begins to speak counts: it gives the answer. */
    synchronized void firstToken(long atNanos) {
        hasToken = true;
        tokenNanos = atNanos;
    }

    synchronized double workSeconds() {
        return workNanos / 1e9;
    }

    synchronized OptionalDouble firstTokenSeconds() {
        return hasToken ? OptionalDouble.of((tokenNanos - startNanos) / 1e9) : OptionalDouble.empty();
    }
}
