package io.agentopt.plan.problem;

import java.util.List;

/** A limit that a placement breaks. */
public sealed interface Violation {
    /** The longest path ends after the end-to-end deadline. */
    record DeadlineMissed(double seconds, double limitSeconds) implements Violation {}

    /** An operator of a milestone ends too late. */
    record MilestoneMissed(int milestone, double seconds, double limitSeconds) implements Violation {}

    /** A class needs more devices than there are. */
    record InventoryExceeded(int deviceClass, long devices, long inventory, ClassUse.Binding cause)
            implements Violation {}

    /** An edge joins two classes that have no link. */
    record LinkMissing(int edge, int fromClass, int toClass) implements Violation {}

    /** More data goes over a link than its capacity. */
    record LinkOverloaded(int link, long bytesPerSecond, long capacity) implements Violation {}

    /** Co-located operators run on different classes. */
    record Separated(int group, List<Integer> deviceClasses) implements Violation {
        public Separated {
            deviceClasses = List.copyOf(deviceClasses);
        }
    }
}
