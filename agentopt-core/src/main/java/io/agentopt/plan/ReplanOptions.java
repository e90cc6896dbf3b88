package io.agentopt.plan;

import io.agentopt.cost.LoadTime.Preparation;
import io.agentopt.plan.solve.SolveOptions;
import java.time.Duration;
import java.util.Objects;

/**
 * How to replan.
 *
 * @param horizon a move that does not repay itself within it is not made, unless the plan in force breaks a limit
 * @param storeBytesPerSecond rate at which a replica reads weights, before its host link, bytes/s
 * @param preparation compile and warm-up of a model on new devices
 * @param solve seed and budget of the search
 */
public record ReplanOptions(Duration horizon, double storeBytesPerSecond, Preparation preparation, SolveOptions solve) {
    /** A local NVMe disk or a fast network store, bytes/s: an assumption. */
    public static final double STORE_BYTES_PER_SECOND = 2e9;

    /** An hour's horizon, weights from a store of 2 GB/s, compile and warm-up unknown, 20,000 steps of search. */
    public static final ReplanOptions DEFAULT = new ReplanOptions(
            Duration.ofHours(1),
            STORE_BYTES_PER_SECOND,
            new Preparation.Unknown("nobody declared it"),
            SolveOptions.steps(1, 20_000));

    public ReplanOptions {
        Objects.requireNonNull(horizon, "horizon");
        Objects.requireNonNull(preparation, "preparation");
        Objects.requireNonNull(solve, "solve");
        if (horizon.isNegative()) {
            throw new IllegalArgumentException(
                    "The horizon (" + horizon + ") of a replan must be at least 0. Use 0 to move only when forced.");
        }
        if (!(storeBytesPerSecond > 0 && Double.isFinite(storeBytesPerSecond))) {
            throw new IllegalArgumentException("The rate (" + storeBytesPerSecond
                    + " bytes/s) at which weights are read must be finite and above 0.");
        }
    }

    /** {@return these options with another horizon} */
    public ReplanOptions horizon(Duration other) {
        return new ReplanOptions(other, storeBytesPerSecond, preparation, solve);
    }

    /** {@return these options with a known time to compile and warm up} */
    public ReplanOptions preparation(Duration takes) {
        return new ReplanOptions(
                horizon, storeBytesPerSecond, new Preparation.Takes(Explanation.seconds(takes)), solve);
    }

    /** {@return these options with another search} */
    public ReplanOptions solve(SolveOptions other) {
        return new ReplanOptions(horizon, storeBytesPerSecond, preparation, other);
    }
}
