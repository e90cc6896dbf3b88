package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;

/** How much context fits beside a model's weights: what limits the batch of a decode stage. */
public final class KvCapacity {
    private KvCapacity() {}

    /** {@return tokens of context, of all sequences together, that fit so many devices; 0 if the weights alone do not} */
    public static double tokens(ModelSpec model, DeviceSpec device, int tensorParallel) {
        double free = RooflineCostModel.usableBytes(device, tensorParallel) - TransformerDemand.weightBytes(model);
        return Math.max(0, Math.floor(free / model.kvBytesPerToken()));
    }

    /** {@return sequences of so many tokens each that fit so many devices; 0 if none does} */
    public static int sequences(ModelSpec model, int contextTokens, DeviceSpec device, int tensorParallel) {
        if (contextTokens < 1) {
            throw new IllegalArgumentException(
                    "The contextTokens (" + contextTokens + ") of model '" + model.id() + "' must be at least 1.");
        }
        return (int) Math.min(Integer.MAX_VALUE, Math.floor(tokens(model, device, tensorParallel) / contextTokens));
    }
}
