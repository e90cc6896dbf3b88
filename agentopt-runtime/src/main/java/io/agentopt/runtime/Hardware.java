package io.agentopt.runtime;

import io.agentopt.runtime.device.DetectedDevice.Kind;
import java.util.Objects;

/**
 * What a device class of a plan is made of, as far as finding one of it on this machine depends on it.
 *
 * @param kind CPU or GPU
 * @param vendor such as {@code NVIDIA}; any where empty
 */
public record Hardware(Kind kind, String vendor) {
    public Hardware {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(vendor, "vendor");
    }

    /** {@return a CPU; on one machine every class of CPUs is the local one} */
    public static Hardware cpu() {
        return new Hardware(Kind.CPU, "");
    }

    /** {@return a GPU of a vendor} */
    public static Hardware gpu(String vendor) {
        return new Hardware(Kind.GPU, vendor);
    }
}
