package io.agentopt.cost.engine;

import io.agentopt.cost.Estimate;

/**
 * Times of a serving engine in closed form, in seconds; see {@link EngineWork} for what a metric consists of and {@link EnginePass} for the
 * time of a pass. A time to first token under load is not among them: it needs a simulation of the queue.
 */
public final class EngineModel {
    private EngineModel() {}

    /**
     * {@return the time of a load on a deployment}
     *
     * @throws IllegalArgumentException if the device has no rate for the model's number format
     */
    public static Estimate.Known seconds(
            Deployment deployment, EngineLoad load, EngineMetric metric, EngineTerms terms) {
        EngineWork work = EngineWork.of(deployment, load, metric);
        double seconds = work.seconds(terms.vector());
        return new Estimate.Known(seconds, terms.relativeSpread(), terms.confidence(), work.breakdown(terms));
    }

    /** {@return request latency from its two parts: time to first token and the tokens after it, s} */
    public static double requestSeconds(double timeToFirstToken, double timePerOutputToken, int outputTokens) {
        return timeToFirstToken + (outputTokens - 1) * timePerOutputToken;
    }
}
