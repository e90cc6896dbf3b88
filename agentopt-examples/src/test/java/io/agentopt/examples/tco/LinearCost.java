package io.agentopt.examples.tco;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.Estimate;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;

/** Times that a reader can work out: a fixed time and so much a request, divided by the devices; no more than so many requests fit. */
record LinearCost(double fixedSeconds, double secondsPerRequest, int fit, double spread) implements CostModel {
    @Override
    public Estimate seconds(Demand demand, DeviceSpec device, int tensorParallel) {
        throw new UnsupportedOperationException("the study asks by model");
    }

    @Override
    public Estimate prefill(ModelSpec model, DeviceSpec device, int n, int promptTokens, int batch, int cachedPrefix) {
        return pass(n, batch, 1);
    }

    @Override
    public Estimate decode(ModelSpec model, DeviceSpec device, int n, int promptTokens, int outputTokens, int batch) {
        return pass(n, batch, outputTokens - 1);
    }

    private Estimate pass(int n, int batch, int times) {
        if (batch > fit * n) return new Estimate.Infeasible("Only " + fit * n + " fit.");
        double seconds = times * (fixedSeconds + batch * secondsPerRequest / n);
        return new Estimate.Known(seconds, spread, Confidence.GENERIC, new Estimate.Breakdown(seconds, 0, 0, 0));
    }
}
