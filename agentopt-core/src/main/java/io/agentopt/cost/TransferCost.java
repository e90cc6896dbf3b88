package io.agentopt.cost;

import io.agentopt.hardware.Link;

/**
 * What moving bytes costs.
 *
 * @param seconds time until the last byte has arrived, s
 * @param dollars price of the traffic, $
 */
public record TransferCost(double seconds, double dollars) {
    /** {@return the cost of moving bytes over a link: latency + bytes / rate} */
    public static TransferCost of(double bytes, Link link) {
        if (!(bytes >= 0 && Double.isFinite(bytes))) {
            throw new IllegalArgumentException(
                    "A transfer of " + bytes + " bytes must be a finite number of at least 0.");
        }
        return new TransferCost(link.seconds(bytes), link.dollars(bytes));
    }
}
