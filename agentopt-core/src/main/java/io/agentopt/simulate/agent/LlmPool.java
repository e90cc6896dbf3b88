package io.agentopt.simulate.agent;

import io.agentopt.cost.KvCapacity;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import io.agentopt.simulate.server.ServerRole;
import io.agentopt.simulate.server.ServerSettings;

/**
 * Servers of one model on one device class.
 *
 * @param key what they serve, and where
 * @param model what they serve
 * @param device what they are made of
 * @param servers how many
 * @param speed share of the devices' time that other work on them leaves, in (0, 1]
 * @param memoryShare share of the memory for KV entries that is this model's, in (0, 1]
 */
record LlmPool(Key key, ModelSpec model, DeviceSpec device, int servers, double speed, double memoryShare) {
    /**
     * What tells pools apart.
     *
     * @param degree devices of one server
     */
    record Key(String deviceClass, String model, int degree, ServerRole role) {}

    LlmPool atSpeed(double other) {
        return new LlmPool(key, model, device, servers, other, memoryShare);
    }

    /** {@return KV blocks of one server} */
    int kvBlocks() {
        double tokens = KvCapacity.tokens(model, device, key.degree()) * memoryShare;
        double blocks = Math.floor(tokens / ServerSettings.BLOCK_TOKENS);
        return (int) Math.clamp(blocks, 1, 1 << 26);
    }

    /** {@return sequences of so many tokens that one server holds, at most {@code limit}, at least 1} */
    int sequences(double tokens, int limit) {
        double each = Math.ceil(tokens / ServerSettings.BLOCK_TOKENS);
        return (int) Math.clamp(Math.floor(kvBlocks() / each), 1, limit);
    }
}
