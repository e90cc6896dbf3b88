package io.agentopt.runtime.calibrate;

import java.util.List;
import java.util.Optional;

/**
 * Decode steps that answers shared, from when each of their tokens came: only the time in which all of them were there counts, since
 * before and after it the steps were of fewer.
 *
 * @param secondsPerStep s
 * @param position mean number, in its answer, of the tokens that those steps gave
 */
record SharedSteps(double secondsPerStep, double position) {
    private static final int LEAST = 4; // steps that tell something

    /** {@return the steps; empty where fewer than four were shared by all} */
    static Optional<SharedSteps> of(List<List<Long>> tokenNanos) {
        long from = Long.MIN_VALUE, to = Long.MAX_VALUE;
        for (List<Long> answer : tokenNanos) {
            if (answer.isEmpty()) return Optional.empty();
            from = Math.max(from, answer.getFirst());
            to = Math.min(to, answer.getLast());
        }
        double tokens = 0, positions = 0;
        for (List<Long> answer : tokenNanos) {
            for (int i = 0; i < answer.size(); i++) {
                if (answer.get(i) <= from || answer.get(i) > to) continue;
                tokens++;
                positions += i;
            }
        }
        double steps = tokens / Math.max(1, tokenNanos.size());
        if (steps < LEAST || to <= from) return Optional.empty();
        return Optional.of(new SharedSteps((to - from) / 1e9 / steps, positions / tokens));
    }
}
