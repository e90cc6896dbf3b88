package io.agentopt.runtime.device.spec;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.runtime.device.DetectedDevice;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A detected device as numbers, or why it has none. */
public sealed interface Description {
    /** {@return what was detected} */
    DetectedDevice device();

    /**
     * A device as the planner wants it.
     *
     * @param device what was detected
     * @param spec its numbers
     * @param origins where each comes from, by the names that device files use, such as {@code memoryGigabytes}
     * @param remark what else is to be known of them, such as what was measured under load; empty or beginning with {@code "; "}
     */
    record Described(DetectedDevice device, DeviceSpec spec, Map<String, Origin> origins, String remark)
            implements Description {
        public Described {
            origins = Collections.unmodifiableSortedMap(new TreeMap<>(origins));
        }

        /** A device of which nothing else is to be known. */
        public Described(DetectedDevice device, DeviceSpec spec, Map<String, Origin> origins) {
            this(device, spec, origins, "");
        }

        /** {@return one line that groups the numbers by where they come from} */
        public String provenance() {
            return told(origins) + remark;
        }
    }

    /**
     * A device that cannot be described.
     *
     * @param device what was detected
     * @param reason what is missing, and the way out
     */
    record Undescribed(DetectedDevice device, String reason) implements Description {}

    /** {@return numbers grouped by where they come from, as {@code measured: a, b; assumed: c}} */
    static String told(Map<String, Origin> origins) {
        StringBuilder text = new StringBuilder();
        for (Origin origin : Origin.values()) {
            String before = (text.isEmpty() ? "" : "; ") + origin.name().toLowerCase(Locale.ROOT) + ": ";
            for (Map.Entry<String, Origin> e : new TreeMap<>(origins).entrySet()) {
                if (e.getValue() != origin) continue;
                text.append(before).append(e.getKey());
                before = ", ";
            }
        }
        return text.toString();
    }
}
