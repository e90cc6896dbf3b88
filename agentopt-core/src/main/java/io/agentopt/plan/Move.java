package io.agentopt.plan;

import io.agentopt.plan.granular.OperatorId;
import java.util.Objects;

/**
 * One operator that runs elsewhere or otherwise after a replan, and what getting there takes.
 *
 * @param operator which
 * @param from where it ran
 * @param to where it runs now
 * @param cause what drives the move
 * @param why the same in words, with numbers
 * @param weightBytes weights to load, all replicas together; 0 where they are there already
 * @param loadSeconds until the first weights are in place, compile and warm-up as far as {@link ReplanOptions} states it; replicas load side by side
 * @param kvBytes KV caches of the requests in flight, which are moved, or lost with their devices
 * @param kvLost whether they are lost, so that their prompts are computed again
 * @param dollars price of the new devices while they load and the old ones still serve
 */
public record Move(
        OperatorId operator,
        Place from,
        Place to,
        Cause cause,
        String why,
        double weightBytes,
        double loadSeconds,
        double kvBytes,
        boolean kvLost,
        double dollars) {

    public Move {
        Objects.requireNonNull(operator, "operator");
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(why, "why");
    }

    /** A device class and the mode in which it runs the operator. */
    public record Place(String deviceClass, String mode) {
        @Override
        public String toString() {
            return deviceClass + " " + mode;
        }
    }

    /** What drives a move. */
    public enum Cause {
        /** The place before costs more. */
        CHEAPER,
        /** The place before misses a limit of the SLA. */
        LATE,
        /** The devices are gone. */
        LOST,
        /** The devices, their memory or their link no longer carry the load. */
        FULL,
        /** The mode is no longer offered, such as a batch that no longer fills. */
        MODE_GONE,
        /** Saves together with other moves, not alone. */
        TOGETHER,
        /** Stays, with more replicas. */
        GROWN
    }
}
