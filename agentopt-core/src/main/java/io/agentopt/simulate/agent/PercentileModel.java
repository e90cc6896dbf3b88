package io.agentopt.simulate.agent;

import io.agentopt.cost.CostModel;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.Plan;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.queueing.Moments;
import io.agentopt.simulate.Percentiles;
import java.util.Map;
import java.util.Objects;

/**
 * Percentiles of a plan without simulating queues: mean and variance of each stage from closed forms ({@link StageModel}), put together along
 * the graph by drawing requests. A draw follows loops, branches and lists as a request does, adds what comes in a row and takes the last of
 * what runs side by side, so paths with a common beginning stay dependent. 20,000 draws with a fixed seed: a 95th percentile
 * repeats to about 0.6 %.
 */
public final class PercentileModel {
    private static final int DRAWS = 20_000;
    private static final long SEED = 20_000;

    private final Plan<?, ?> plan;
    private final Fleet fleet;
    private final ModelCatalog models;
    private final CostModel cost;

    private PercentileModel(Plan<?, ?> plan, Fleet fleet, ModelCatalog models, CostModel cost) {
        this.plan = Objects.requireNonNull(plan, "plan");
        this.fleet = Objects.requireNonNull(fleet, "fleet");
        this.models = Objects.requireNonNull(models, "models");
        this.cost = Objects.requireNonNull(cost, "cost");
    }

    /** {@return a model of a plan; see {@link PlanSimulation#of} for what it takes} */
    public static PercentileModel of(Plan<?, ?> plan, Fleet fleet, ModelCatalog models, CostModel cost) {
        return new PercentileModel(plan, fleet, models, cost);
    }

    /**
     * {@return percentiles, or which operator cannot keep up}
     *
     * @param options arrivals and variation count; number of requests, seed and failures do not
     */
    public PlanPrediction predict(SimulationOptions options) {
        PlanLayout layout =
                SharedSpeeds.settle(plan, PlanLayout.of(plan, fleet, models, options.variation()), cost, options);
        StageModel.Stages stages = StageModel.of(plan, layout, cost, options);
        return stages.overload().isPresent()
                ? stages.overload().get()
                : draw(Script.of(plan.graph()), layout, stages.moments());
    }

    private static PlanPrediction draw(Script script, PlanLayout layout, Map<OperatorId, Moments> moments) {
        double[] endToEnd = new double[DRAWS];
        double[] firstToken = new double[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            DrawnRequest request = new DrawnRequest(new Draws(SEED + i), layout, moments);
            endToEnd[i] = request.end(script, 0);
            firstToken[i] = request.firstToken();
        }
        return new PlanPrediction.Steady(Percentiles.of(endToEnd), Percentiles.of(firstToken), moments);
    }
}
