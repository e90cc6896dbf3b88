package io.agentopt.runtime.calibrate;

import io.agentopt.cost.OperatorClass;
import java.util.Locale;

/**
 * Something that can be timed: a prefill, a decode step or an embedding of so many tokens.
 *
 * @param work kind of work
 * @param tokens of each prompt or text; of the context that a decode step attends to
 * @param batch sequences that share the pass, at least 1
 */
public record CalibrationPoint(OperatorClass work, int tokens, int batch) {
    public CalibrationPoint {
        if (tokens < 1 || batch < 1) {
            throw new IllegalArgumentException("A calibration point of " + work + " at " + tokens + " tokens, batch "
                    + batch + ", needs at least 1 of both.");
        }
    }

    /** {@return how far another point of the same work is: log2 of tokens and of batch} */
    double distance(CalibrationPoint other) {
        double t = Math.log((double) tokens / other.tokens), b = Math.log((double) batch / other.batch);
        return Math.sqrt(t * t + b * b) / Math.log(2);
    }

    @Override
    public String toString() {
        String name = work.name().toLowerCase(Locale.ROOT);
        return batch == 1 ? name + " at " + tokens + " tokens" : name + " of " + batch + " at " + tokens + " tokens";
    }
}
