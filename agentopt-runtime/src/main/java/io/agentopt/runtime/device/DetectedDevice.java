package io.agentopt.runtime.device;

import io.agentopt.runtime.backend.ort.SessionDevice;
import io.agentopt.runtime.device.fact.DeviceFacts;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A device, or the place of one that is not usable.
 *
 * @param id such as {@code cpu}, {@code cuda:0}; {@code cuda} where no single device was reached
 * @param vendor who made it
 * @param kind what it is
 * @param name the maker's name; empty if unknown
 * @param rung how far it came
 * @param reason why not further; for {@link Rung#READY} what was proved
 * @param memoryBytes of its memory, 0 if unknown
 * @param details further facts by name, such as {@code cores} or {@code isa}
 * @param provider what to open sessions on; empty for the CPU and for devices that are not ready
 * @param facts what the system and the drivers tell of it; empty where no single device was reached
 */
public record DetectedDevice(
        String id,
        String vendor,
        Kind kind,
        String name,
        Rung rung,
        String reason,
        long memoryBytes,
        Map<String, String> details,
        Optional<SessionDevice> provider,
        Optional<DeviceFacts> facts) {
    /** Kinds of devices. */
    public enum Kind {
        CPU,
        GPU,
        NPU
    }

    public DetectedDevice {
        details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
    }

    /** A device of which nobody tells more. */
    public DetectedDevice(
            String id,
            String vendor,
            Kind kind,
            String name,
            Rung rung,
            String reason,
            long memoryBytes,
            Map<String, String> details,
            Optional<SessionDevice> provider) {
        this(id, vendor, kind, name, rung, reason, memoryBytes, details, provider, Optional.empty());
    }

    /** {@return whether models may be placed on it} */
    public boolean isReady() {
        return rung == Rung.READY;
    }
}
