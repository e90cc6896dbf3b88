package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;

/** How much context fits beside a model's weights: what limits the batch of a decode stage. Each device holds its {@link TensorShard}. */
public final class KvCapacity {
    private KvCapacity() {}

    /**
     * {@return tokens of context, of all sequences together, that fit so many devices; 0 if the weights alone do not} Windowed layers count as
     * if they kept everything: {@link #sequences} knows better.
     */
    public static double tokens(ModelSpec model, DeviceSpec device, int tensorParallel) {
        TensorShard shard = TensorShard.of(model, tensorParallel);
        return Math.max(0, Math.floor(free(shard, device) / shard.kvBytesPerToken()));
    }

    /** {@return sequences of so many tokens each that fit so many devices; 0 if none does} */
    public static int sequences(ModelSpec model, int contextTokens, DeviceSpec device, int tensorParallel) {
        if (contextTokens < 1) {
            throw new IllegalArgumentException(
                    "The contextTokens (" + contextTokens + ") of model '" + model.id() + "' must be at least 1.");
        }
        TensorShard shard = TensorShard.of(model, tensorParallel);
        double kept = model.kvBytes(contextTokens) / model.kvBytesPerToken();
        double fit = Math.floor(free(shard, device) / (shard.kvBytesPerToken() * kept));
        return (int) Math.clamp(fit, 0, Integer.MAX_VALUE);
    }

    private static double free(TensorShard shard, DeviceSpec device) {
        return RooflineCostModel.usableBytes(device, 1) - shard.weightBytes();
    }
}
