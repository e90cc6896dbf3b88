package io.agentopt.cost;

import io.agentopt.model.ModelSpec;
import java.util.List;

/**
 * Moving a KV cache from the devices that prefill to those that decode (arXiv 2507.19635, equations 1 to 3):
 *
 * <pre>
 * KV      = kvBytes(promptTokens) * batch                      bytes; windowed layers: what they keep
 * egress  = KV / (TTFT * prefillDevices)                       bytes/s of each
 * ingress = KV / (TBT * decodeDevices)                         bytes/s of each
 * </pre>
 *
 * The transfer delays the second token, not the first, and may overlap arithmetic. First principles.
 */
public final class KvTransfer {
    private KvTransfer() {}

    /** {@return bytes of KV cache of one sequence of so many tokens of context; what windowed layers forgot is not sent} */
    public static double kvBytes(ModelSpec model, double tokens) {
        if (!(tokens >= 0))
            throw new IllegalArgumentException(
                    "The tokens (" + tokens + ") of model '" + model.id() + "' must be at least 0.");
        return model.kvBytes(tokens);
    }

    /** {@return bytes/s that each prefill device must send to keep up with one batch per time to first token} */
    public static double egressBytesPerSecond(double kvBytes, double firstTokenSeconds, int prefillDevices) {
        return rate(kvBytes, firstTokenSeconds, prefillDevices, "prefill");
    }

    /** {@return bytes/s that each decode device must receive to take a batch within one time between tokens} */
    public static double ingressBytesPerSecond(double kvBytes, double betweenTokensSeconds, int decodeDevices) {
        return rate(kvBytes, betweenTokensSeconds, decodeDevices, "decode");
    }

    /**
     * {@return the time until a KV cache has passed all stages, such as device, host, network, host, device, in chunks that are handed on as
     * they arrive; the equation of {@link LoadTime}, with the spread of declared rates}
     *
     * @param kvBytes of the whole cache
     * @param devices on each side, each with its share of the cache
     * @param stages in order, at least one
     * @param chunkBytes size of a chunk; one of {@code kvBytes} or more finishes each stage before the next
     */
    public static Estimate streamed(double kvBytes, int devices, List<LoadStage> stages, double chunkBytes) {
        if (stages.isEmpty()) {
            throw new IllegalArgumentException(
                    "A KV cache of " + kvBytes + " bytes has no stage to pass. Where it is in place, do not time it.");
        }
        return LoadTime.streamed(kvBytes, devices, stages, chunkBytes, new LoadTime.Preparation.Takes(0))
                .total();
    }

    /**
     * {@return what of a transfer is not hidden behind arithmetic: layers are sent as soon as they are computed, so that only the last one's
     * share is left where the prefill takes longer, s}
     *
     * @param transferSeconds of the whole cache
     * @param prefillSeconds during which it may go on
     * @param layers of the model, at least 1
     */
    public static double exposedSeconds(double transferSeconds, double prefillSeconds, int layers) {
        if (!(transferSeconds >= 0) || !(prefillSeconds >= 0) || layers < 1) {
            throw new IllegalArgumentException(
                    "A transfer of " + transferSeconds + " s during a prefill of " + prefillSeconds + " s of " + layers
                            + " layers is none: times must be at least 0, layers at least 1.");
        }
        double last = transferSeconds / layers;
        double arithmeticBefore = prefillSeconds * (layers - 1) / layers;
        return last + Math.max(0, transferSeconds - last - arithmeticBefore);
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
