package io.agentopt.graph;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a node asks of planner and runtime beside its operator.
 *
 * @param timeout longest time of one attempt, or empty for what the deadline leaves
 * @param retries further attempts after a failure; above 0 only for operators without side effects
 * @param pinnedTo the only device class it may run on, or empty
 * @param forbidden device classes it may not run on
 * @param outputBytes expected size of its result, for transfers
 * @param zones where its data may lie: it runs in these zones only, and its result goes to these only; empty for anywhere
 */
public record NodeOptions(
        Optional<Duration> timeout,
        int retries,
        Optional<String> pinnedTo,
        Set<String> forbidden,
        double outputBytes,
        Set<String> zones) {

    /** Assumed size of a result where nothing is said. */
    public static final double DEFAULT_OUTPUT_BYTES = 4096;

    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(100); // a double holds as many nanoseconds exactly

    /** No wishes. */
    public static final NodeOptions NONE =
            new NodeOptions(Optional.empty(), 0, Optional.empty(), Set.of(), DEFAULT_OUTPUT_BYTES);

    public NodeOptions {
        forbidden = Collections.unmodifiableSortedSet(new TreeSet<>(forbidden));
        zones = Collections.unmodifiableSortedSet(new TreeSet<>(zones));
        timeout.ifPresent(t -> {
            if (t.isZero() || t.isNegative() || t.compareTo(LONGEST_TIMEOUT) > 0) {
                throw new IllegalArgumentException("The timeout (" + t + ") must be positive and at most "
                        + LONGEST_TIMEOUT.toDays() + " days. Leave it out for none.");
            }
        });
        if (retries < 0) throw new IllegalArgumentException("The retries (" + retries + ") must be 0 or more.");
        if (!(outputBytes >= 0) || Double.isInfinite(outputBytes)) {
            throw new IllegalArgumentException("The outputBytes (" + outputBytes + ") must be finite and 0 or more.");
        }
        if (pinnedTo.filter(String::isBlank).isPresent() || forbidden.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException(
                    "A pinned or forbidden device class has a blank name. Give one of the fleet.");
        }
        if (zones.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("A zone of a node has a blank name. Give one of the fleet's zones.");
        }
    }

    /** Options of a node whose data may lie anywhere. */
    public NodeOptions(
            Optional<Duration> timeout,
            int retries,
            Optional<String> pinnedTo,
            Set<String> forbidden,
            double outputBytes) {
        this(timeout, retries, pinnedTo, forbidden, outputBytes, Set.of());
    }

    /** {@return these options with a limit for one attempt, at most 100 days} */
    public NodeOptions timeout(Duration limit) {
        return new NodeOptions(Optional.of(limit), retries, pinnedTo, forbidden, outputBytes, zones);
    }

    /** {@return these options with further attempts after a failure} */
    public NodeOptions retries(int attempts) {
        return new NodeOptions(timeout, attempts, pinnedTo, forbidden, outputBytes, zones);
    }

    /** {@return these options with the one device class that may run the node} */
    public NodeOptions pinnedTo(String deviceClass) {
        return new NodeOptions(timeout, retries, Optional.of(deviceClass), forbidden, outputBytes, zones);
    }

    /** {@return these options with one more device class that may not run the node} */
    public NodeOptions forbid(String deviceClass) {
        Set<String> more = new TreeSet<>(forbidden);
        more.add(deviceClass);
        return new NodeOptions(timeout, retries, pinnedTo, more, outputBytes, zones);
    }

    /** {@return these options with the expected size of the result, in bytes} */
    public NodeOptions outputBytes(double bytes) {
        return new NodeOptions(timeout, retries, pinnedTo, forbidden, bytes, zones);
    }

    /** {@return these options with the zones that the node's data may lie in, in place of those said before} */
    public NodeOptions zones(String... allowed) {
        return new NodeOptions(timeout, retries, pinnedTo, forbidden, outputBytes, new TreeSet<>(List.of(allowed)));
    }
}
