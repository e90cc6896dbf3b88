package io.agentopt.runtime.device;

import io.agentopt.runtime.backend.ort.SessionDevice;
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
        Optional<SessionDevice> provider) {
    /** Kinds of devices. */
    public enum Kind {
        CPU,
        GPU
    }

    public DetectedDevice {
        details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
    }

    /** {@return whether models may be placed on it} */
    public boolean isReady() {
        return rung == Rung.READY;
    }
}
