package io.agentopt.plan;

import io.agentopt.plan.granular.OperatorId;
import java.util.Objects;

/**
 * One granular operator in a plan.
 *
 * @param id path and phase
 * @param deviceClass where it runs
 * @param mode how: tensor parallelism, batch, number format
 * @param seconds predicted time of one run
 * @param relativeSpread expected relative error of that time: 0.2 means plus or minus 20 %
 * @param confidence where the prediction comes from, such as {@code GENERIC} or {@code MEASURED}
 * @param visits expected runs per request
 * @param pathVisits expected runs one after another per request
 * @param load busy devices that it keeps at the planned request rate; 0 on a hosted endpoint
 * @param waitSeconds predicted mean wait before a run, on top of {@code seconds}; 0 where the SLA's margin stands for it
 */
public record PlannedOperator(
        OperatorId id,
        String deviceClass,
        String mode,
        double seconds,
        double relativeSpread,
        String confidence,
        double visits,
        double pathVisits,
        double load,
        double waitSeconds) {
    public PlannedOperator {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(deviceClass, "deviceClass");
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(confidence, "confidence");
    }

    /** An operator without a wait of its own. */
    public PlannedOperator(
            OperatorId id,
            String deviceClass,
            String mode,
            double seconds,
            double relativeSpread,
            String confidence,
            double visits,
            double pathVisits,
            double load) {
        this(id, deviceClass, mode, seconds, relativeSpread, confidence, visits, pathVisits, load, 0);
    }
}
