package io.agentopt.runtime.calibrate;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Estimate;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.Plan;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.runtime.observe.RunEvent.StepFinished;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the cost model says about a run, given what the run did: which operators ran, on how many tokens. It separates errors of
 * the cost model from errors of the expected lengths that a plan is made with.
 *
 * <p>Good for runs whose operators follow one another; operators that ran side by side are added up as well.
 */
public final class RunPrediction {
    private final Plan<?, ?> plan;
    private final CostModel cost;
    private final DeviceSpec device;
    private final ModelCatalog models;
    private final Map<OperatorId, Double> planned;

    /**
     * Predicts runs of a plan on one device.
     *
     * @param device where every model of the plan runs
     */
    public RunPrediction(Plan<?, ?> plan, CostModel cost, DeviceSpec device, ModelCatalog models) {
        this.plan = plan;
        this.cost = cost;
        this.device = device;
        this.models = models;
        this.planned = plan.predictedSeconds();
    }

    /** {@return predicted seconds of a run with these steps} */
    public double seconds(List<StepFinished> steps) {
        StepDemand demands = new StepDemand(plan.graph(), models);
        double seconds = 0;
        for (StepFinished step : steps) {
            Optional<Estimate> estimate = demands.next(step, cost, device);
            seconds += estimate.isPresent() ? known(step, estimate.get()) : planned.getOrDefault(step.operator(), 0.0);
        }
        return seconds;
    }

    private double known(StepFinished step, Estimate estimate) {
        return switch (estimate) {
            case Estimate.Known k -> k.seconds();
            case Estimate.Unknown u -> planned.getOrDefault(step.operator(), 0.0);
            case Estimate.Infeasible i -> planned.getOrDefault(step.operator(), 0.0);
        };
    }
}
