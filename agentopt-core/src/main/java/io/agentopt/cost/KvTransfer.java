package io.agentopt.cost;

import io.agentopt.model.ModelSpec;

/**
 * Moving a KV cache from the devices that prefill to those that decode (arXiv 2507.19635, equations 1 to 3):
 *
 * <pre>
 * KV      = kvBytesPerToken * promptTokens * batch             bytes
 * egress  = KV / (TTFT * prefillDevices)                       bytes/s of each
 * ingress = KV / (TBT * decodeDevices)                         bytes/s of each
 * </pre>
 *
 * The transfer delays the second token, not the first, and may overlap arithmetic.
 */
public final class KvTransfer {
    private KvTransfer() {}

    /** {@return bytes of KV cache of so many tokens of context} */
    public static double kvBytes(ModelSpec model, double tokens) {
        if (!(tokens >= 0))
            throw new IllegalArgumentException(
                    "The tokens (" + tokens + ") of model '" + model.id() + "' must be at least 0.");
        return model.kvBytesPerToken() * tokens;
    }

    /** {@return bytes/s that each prefill device must send to keep up with one batch per time to first token} */
    public static double egressBytesPerSecond(double kvBytes, double firstTokenSeconds, int prefillDevices) {
        return rate(kvBytes, firstTokenSeconds, prefillDevices, "prefill");
    }

    /** {@return bytes/s that each decode device must receive to take a batch within one time between tokens} */
    public static double ingressBytesPerSecond(double kvBytes, double betweenTokensSeconds, int decodeDevices) {
        return rate(kvBytes, betweenTokensSeconds, decodeDevices, "decode");
    }

    private static double rate(double kvBytes, double seconds, int devices, String side) {
        if (!(kvBytes >= 0) || !(seconds > 0) || devices < 1) {
            throw new IllegalArgumentException(
                    "A KV cache of " + kvBytes + " bytes cannot move within " + seconds + " s over " + devices + " "
                            + side + " devices: bytes must be at least 0, seconds above 0 and devices at least 1.");
        }
        return kvBytes / (seconds * devices);
    }
}
