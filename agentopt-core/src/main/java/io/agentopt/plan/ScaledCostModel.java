package io.agentopt.plan;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.Estimate;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;

/** A cost model for which one device is slower or faster than it says. */
record ScaledCostModel(CostModel cost, String deviceId, double speed) implements CostModel {
    @Override
    public Estimate seconds(Demand demand, DeviceSpec device, int tensorParallel) {
        return scaled(device, cost.seconds(demand, device, tensorParallel));
    }

    @Override
    public Estimate prefill(
            ModelSpec model, DeviceSpec device, int tensorParallel, int promptTokens, int batch, int cachedPrefix) {
        return scaled(device, cost.prefill(model, device, tensorParallel, promptTokens, batch, cachedPrefix));
    }

    @Override
    public Estimate decode(
            ModelSpec model, DeviceSpec device, int tensorParallel, int promptTokens, int outputTokens, int batch) {
        return scaled(device, cost.decode(model, device, tensorParallel, promptTokens, outputTokens, batch));
    }

    @Override
    public Estimate decodeStep(ModelSpec model, DeviceSpec device, int tensorParallel, int contextTokens, int batch) {
        return scaled(device, cost.decodeStep(model, device, tensorParallel, contextTokens, batch));
    }

    @Override
    public Estimate embed(ModelSpec model, DeviceSpec device, int tensorParallel, int tokens, int batch) {
        return scaled(device, cost.embed(model, device, tensorParallel, tokens, batch));
    }

    private Estimate scaled(DeviceSpec device, Estimate estimate) {
        if (!device.id().equals(deviceId)) return estimate;
        return switch (estimate) {
            case Estimate.Known k -> {
                Estimate.Breakdown b = k.breakdown();
                yield new Estimate.Known(
                        k.seconds() / speed,
                        k.relativeSpread(),
                        k.confidence(),
                        new Estimate.Breakdown(
                                b.computeSeconds() / speed,
                                b.memorySeconds() / speed,
                                b.floorSeconds() / speed,
                                b.collectiveSeconds() / speed));
            }
            case Estimate.Unknown u -> u;
            case Estimate.Infeasible i -> i;
        };
    }
}
