package io.agentopt.plan;

import io.agentopt.plan.granular.OperatorId;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What runs where: the device class of every granular operator of a graph.
 *
 * @param home the device class where requests arrive, answers leave and control flow runs
 * @param deviceClasses name of the device class, by operator
 */
public record Placement(String home, Map<OperatorId, String> deviceClasses) {
    public Placement {
        Objects.requireNonNull(home, "home");
        deviceClasses = Collections.unmodifiableSortedMap(new TreeMap<>(deviceClasses));
        deviceClasses.values().forEach(c -> Objects.requireNonNull(c, "device class"));
    }

    /**
     * {@return the device class of an operator}
     *
     * @throws IllegalArgumentException if the placement does not have the operator
     */
    public String of(OperatorId operator) {
        String device = deviceClasses.get(operator);
        if (device == null) {
            throw new IllegalArgumentException("The placement has no operator '" + operator + "'. It has: "
                    + deviceClasses.keySet() + ". Plan the graph again.");
        }
        return device;
    }
}
