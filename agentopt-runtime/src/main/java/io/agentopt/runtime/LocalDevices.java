package io.agentopt.runtime;

import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.DetectedDevice.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Finds a device of this machine for a device class of a plan. Every class of CPUs is the local CPU; classes of GPUs take the GPUs of
 * their vendor in turn. A class that has none here is an error that repeats how far detection came.
 */
final class LocalDevices {
    private final List<DetectedDevice> detected;
    private final Map<String, Hardware> hardware;
    private final Map<String, DetectedDevice> chosen = new HashMap<>();

    LocalDevices(List<DetectedDevice> detected, Map<String, Hardware> hardware) {
        this.detected = detected;
        this.hardware = hardware;
    }

    /**
     * {@return the device for a class}
     *
     * @param need who asks, as the subject of the message, such as {@code Node 'say' of graph 'support'}
     */
    DetectedDevice find(String deviceClass, String need) {
        DetectedDevice known = chosen.get(deviceClass);
        if (known != null) return known;
        DetectedDevice found = choose(deviceClass, need);
        chosen.put(deviceClass, found);
        return found;
    }

    private DetectedDevice choose(String deviceClass, String need) {
        List<DetectedDevice> candidates = new ArrayList<>();
        Hardware wanted = hardware.get(deviceClass);
        for (DetectedDevice d : detected) {
            boolean fits = wanted == null
                    ? d.id().equals(deviceClass)
                    : d.kind() == wanted.kind()
                            && (wanted.vendor().isEmpty() || d.vendor().equalsIgnoreCase(wanted.vendor()));
            if (fits) candidates.add(d);
        }
        List<DetectedDevice> ready =
                candidates.stream().filter(DetectedDevice::isReady).toList();
        if (ready.isEmpty())
            throw new AgentLoadException(
                    need + " is placed on device class '" + deviceClass + "'" + missing(wanted, candidates));
        if (ready.getFirst().kind() == Kind.CPU) return ready.getFirst();
        return ready.stream().filter(d -> !chosen.containsValue(d)).findFirst().orElse(ready.getFirst());
    }

    private String missing(@org.jspecify.annotations.Nullable Hardware wanted, List<DetectedDevice> candidates) {
        if (!candidates.isEmpty())
            return ", which is not usable here: " + ladder(candidates) + " Repair that, or place it elsewhere.";
        String here = " This machine has: " + ladder(detected);
        return wanted == null
                ? ", and nobody said what that is. Name its hardware in the options, or use the id of a detected device."
                        + here
                : ", and this machine has no " + wanted.vendor()
                        + (wanted.vendor().isEmpty() ? "" : " ") + wanted.kind() + "." + here + " Place it elsewhere.";
    }

    private static String ladder(List<DetectedDevice> devices) {
        return devices.stream()
                .map(d -> d.id() + " (" + d.rung() + (d.isReady() ? "" : ": " + d.reason()) + ")")
                .collect(Collectors.joining(", ", "", "."));
    }
}
