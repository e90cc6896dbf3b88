package io.agentopt.runtime.calibrate;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.graph.Node;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Operator;
import io.agentopt.plan.Plan;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.runtime.observe.RunEvent.StepFinished;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
        double seconds = 0;
        Map<String, Integer> prompts = new TreeMap<>();
        for (StepFinished step : steps) {
            if (step.operator().phase() == OperatorId.Phase.PREFILL)
                prompts.put(step.operator().path(), step.tokensIn());
            seconds += seconds(step, prompts.getOrDefault(step.operator().path(), 1));
        }
        return seconds;
    }

    private double seconds(StepFinished step, int promptTokens) {
        return switch (step.kind()) {
            case PREFILL -> estimate(step, TransformerDemand.prefill(generator(step), Math.max(1, step.tokensIn()), 1));
            case DECODE ->
                estimate(
                        step,
                        TransformerDemand.decode(
                                generator(step), Math.max(1, promptTokens), Math.max(1, step.tokensOut()), 1));
            case EMBED -> estimate(step, TransformerDemand.embed(embedder(step), Math.max(1, step.tokensIn()), 1));
            default -> planned.getOrDefault(step.operator(), 0.0);
        };
    }

    private double estimate(StepFinished step, Demand demand) {
        return switch (cost.seconds(demand, device)) {
            case Estimate.Known k -> k.seconds();
            case Estimate.Unknown u -> planned.getOrDefault(step.operator(), 0.0);
            case Estimate.Infeasible i -> planned.getOrDefault(step.operator(), 0.0);
        };
    }

    private ModelSpec generator(StepFinished step) {
        return models.find(
                operator(Generate.class, step.operator().path()).model().id());
    }

    private ModelSpec embedder(StepFinished step) {
        return models.find(operator(Embed.class, step.operator().path()).model().id());
    }

    private <T extends Operator<?, ?>> T operator(Class<T> kind, String path) {
        Node.Call call = plan.graph().calls().get(path);
        if (call == null || !kind.isInstance(call.operator())) {
            throw new IllegalArgumentException("The run has a step '" + path + "', where graph '"
                    + plan.graph().name() + "' of the plan has no " + kind.getSimpleName()
                    + ". Predict runs of an agent that was loaded from this plan.");
        }
        return kind.cast(call.operator());
    }
}
