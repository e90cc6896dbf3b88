package io.agentopt.runtime.observe;

import java.util.OptionalDouble;

/** Of one run: for how long at least one model, search, tool or memory was at work, and when tokens began. Thread-safe. */
final class RunInProgress {
    private final long startNanos;
    private int working;
    private long since;
    private long until;
    private long workNanos;
    private boolean hasToken;
    private long tokenNanos;

    RunInProgress(long startNanos) {
        this.startNanos = startNanos;
    }

    synchronized void workStarted(long atNanos) {
        if (working++ == 0) since = until = atNanos;
    }

    synchronized void workEnded(long atNanos) {
        until = Math.max(until, atNanos); // threads may tell in another order than things happened
        if (--working == 0) workNanos += until - since;
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
