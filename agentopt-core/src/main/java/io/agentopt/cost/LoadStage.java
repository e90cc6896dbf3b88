package io.agentopt.cost;

/**
 * One hop of weights on their way to a device.
 *
 * @param name for messages, such as {@code disk}
 * @param bytesPerSecond rate, bytes/s
 * @param latencySeconds time before the first byte, s
 * @param perDevice whether each device has a hop of its own that carries only its share of the weights, such as its PCIe link; else all
 *     devices share it, such as a disk
 */
public record LoadStage(String name, double bytesPerSecond, double latencySeconds, boolean perDevice) {
    public LoadStage {
        if (name.isBlank()) throw new IllegalArgumentException("A load stage needs a name; it is blank.");
        if (!(bytesPerSecond > 0 && Double.isFinite(bytesPerSecond))) {
            throw new IllegalArgumentException("The rate (" + bytesPerSecond + " bytes/s) of load stage '" + name
                    + "' must be finite and above 0. Leave the stage out if there is none.");
        }
        if (!(latencySeconds >= 0 && Double.isFinite(latencySeconds))) {
            throw new IllegalArgumentException("The latency (" + latencySeconds + " s) of load stage '" + name
                    + "' must be finite and at least 0.");
        }
    }

    /** {@return a disk or a network store that all devices read from} */
    public static LoadStage shared(String name, double bytesPerSecond) {
        return new LoadStage(name, bytesPerSecond, 0, false);
    }

    /** {@return a link that each device has to itself, such as PCIe} */
    public static LoadStage ofEachDevice(String name, double bytesPerSecond) {
        return new LoadStage(name, bytesPerSecond, 0, true);
    }
}
