package io.agentopt.cost;

import org.jspecify.annotations.Nullable;

/**
 * Adds up the times of operators that follow one another without making an object for each; {@link #clear} makes it ready for the next
 * sum. Errors of the operators count as fully correlated (their spreads add), and the least sure confidence stands for the sum. Once an
 * operator has no time, neither has the sum. Not thread-safe.
 */
public final class SecondsSum {
    private double seconds;
    private double spreadSeconds;
    private double lastSpread;
    private int operators;
    private double compute;
    private double memory;
    private double floor;
    private double collective;
    private Confidence confidence = Confidence.MEASURED;
    private @Nullable Estimate refusal;

    /** An empty sum. */
    public SecondsSum() {}

    /** Starts over. */
    public void clear() {
        seconds = spreadSeconds = lastSpread = compute = memory = floor = collective = 0;
        confidence = Confidence.MEASURED;
        operators = 0;
        refusal = null;
    }

    /** Adds an estimate. */
    public void add(Estimate estimate) {
        switch (estimate) {
            case Estimate.Known k -> {
                Estimate.Breakdown b = k.breakdown();
                add(
                        k.seconds(),
                        k.relativeSpread(),
                        k.confidence(),
                        b.computeSeconds(),
                        b.memorySeconds(),
                        b.floorSeconds(),
                        b.collectiveSeconds());
            }
            case Estimate.Unknown u -> refuse(u);
            case Estimate.Infeasible i -> refuse(i);
        }
    }

    void add(
            double moreSeconds,
            double relativeSpread,
            Confidence howSure,
            double computeSeconds,
            double memorySeconds,
            double floorSeconds,
            double collectiveSeconds) {
        seconds += moreSeconds;
        spreadSeconds += moreSeconds * relativeSpread;
        lastSpread = relativeSpread;
        operators++;
        confidence = confidence.weaker(howSure);
        compute += computeSeconds;
        memory += memorySeconds;
        floor += floorSeconds;
        collective += collectiveSeconds;
    }

    /** Keeps the first reason, unless a later one says that the work cannot run at all. */
    private void refuse(Estimate reason) {
        if (refusal == null || (refusal instanceof Estimate.Unknown && reason instanceof Estimate.Infeasible)) {
            refusal = reason;
        }
    }

    /** {@return whether every operator so far has a time} */
    public boolean isKnown() {
        return refusal == null;
    }

    /**
     * {@return the sum, s}
     *
     * @throws IllegalStateException if an operator has no time; ask {@link #isKnown} first
     */
    public double seconds() {
        if (refusal != null) {
            throw new IllegalStateException("An operator of the sum has no time: " + refusal + ". Ask isKnown first.");
        }
        return seconds;
    }

    /** {@return the sum as an estimate; the reason where there is none} */
    public Estimate estimate() {
        if (refusal != null) return refusal;
        if (!Double.isFinite(seconds)) {
            return new Estimate.Unknown("The operators together take longer than a double can hold.");
        }
        return new Estimate.Known(
                seconds,
                operators == 1 || seconds == 0 ? lastSpread : spreadSeconds / seconds,
                confidence,
                new Estimate.Breakdown(compute, memory, floor, collective));
    }
}
