package io.agentopt.plan;

import java.util.Objects;

/**
 * A hosted endpoint that a plan uses.
 *
 * @param name in the fleet
 * @param dollarsPerHour price of its tokens at the planned request rate
 * @param requestsPerSecond calls at that rate
 * @param tokensPerMinute prompt and completion tokens at that rate
 */
public record PlannedEndpoint(String name, double dollarsPerHour, double requestsPerSecond, double tokensPerMinute) {
    public PlannedEndpoint {
        Objects.requireNonNull(name, "name");
    }
}
