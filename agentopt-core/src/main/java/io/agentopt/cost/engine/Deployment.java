package io.agentopt.cost.engine;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import java.util.Objects;

/**
 * A model served on devices of one kind.
 *
 * @param model the model, in the number formats it is served in
 * @param device one of the devices
 * @param tensorParallel how many share each layer, at least 1
 * @param kvReading how the engine's attention reads shared KV entries
 * @param scheduling when the engine prefills prompts that wait
 */
public record Deployment(
        ModelSpec model, DeviceSpec device, int tensorParallel, KvReading kvReading, PrefillScheduling scheduling) {
    public Deployment {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(kvReading, "kvReading");
        Objects.requireNonNull(scheduling, "scheduling");
        if (tensorParallel < 1) {
            throw new IllegalArgumentException("The tensorParallel (" + tensorParallel + ") of model '" + model.id()
                    + "' on '" + device.id() + "' must be at least 1.");
        }
    }

    /** A model on an engine with chunked prefill. */
    public Deployment(ModelSpec model, DeviceSpec device, int tensorParallel, KvReading kvReading) {
        this(model, device, tensorParallel, kvReading, PrefillScheduling.MIXED);
    }
}
