package io.agentopt.plan.problem;

/**
 * How much data may go between two device classes: the sum over the edges whose ends run there of bytes per request times
 * requests per second.
 *
 * <p>The traffic of each edge is counted in whole bytes per second ({@link Quanta#bytesPerSecond}). Several capacities may
 * speak of one pair, such as one a direction and one for both; each holds.
 *
 * @param fromClass index of the device class that sends
 * @param toClass index of the device class that receives; {@code fromClass} itself for traffic that stays within the class
 * @param bothWays whether traffic from {@code toClass} to {@code fromClass} shares the capacity
 * @param bytesPerSecond capacity of all such links together
 */
public record LinkCapacity(int fromClass, int toClass, boolean bothWays, long bytesPerSecond) {
    /** Largest capacity that can be stated. */
    public static final long MAX_BYTES_PER_SECOND = 9_000_000_000_000_000_000L;

    public LinkCapacity {
        String owner = "the link capacity " + fromClass + " -> " + toClass;
        Check.range(fromClass, 0, PlacementProblem.MAX_CLASSES - 1, "sending class", owner);
        Check.range(toClass, 0, PlacementProblem.MAX_CLASSES - 1, "receiving class", owner);
        Check.range(bytesPerSecond, 0, MAX_BYTES_PER_SECOND, "bytesPerSecond", owner);
    }

    /** {@return whether data from one class to another uses this capacity} */
    public boolean carries(int from, int to) {
        return (from == fromClass && to == toClass) || (bothWays && from == toClass && to == fromClass);
    }

    /** {@return this link with another capacity} */
    public LinkCapacity withBytesPerSecond(long capacity) {
        return new LinkCapacity(fromClass, toClass, bothWays, capacity);
    }
}
