package io.agentopt.plan.problem;

import java.util.List;

/**
 * An operator to place, and the ways it may run. A forbidden device class is one that no mode names.
 *
 * @param name unique within the problem
 * @param modes at least one
 */
public record OperatorModes(String name, List<Mode> modes) {
    /** Most modes of one operator. */
    public static final int MAX_MODES = 10_000;

    public OperatorModes {
        Check.name(name, "An operator");
        modes = List.copyOf(modes);
        if (modes.isEmpty()) {
            throw new IllegalArgumentException(
                    "Operator '" + name
                            + "' has no mode: nothing can run it. Add a device class that fits it, or drop a restriction of its devices.");
        }
        Check.range(modes.size(), 1, MAX_MODES, "number of modes", "operator '" + name + "'");
    }

    public OperatorModes(String name, Mode... modes) {
        this(name, List.of(modes));
    }
}
