package io.agentopt.workload;

/**
 * How often an agent is called.
 *
 * @param requestsPerSecond mean arrival rate, positive
 */
public record Workload(double requestsPerSecond) {
    public Workload {
        if (!(requestsPerSecond > 0) || Double.isInfinite(requestsPerSecond)) {
            throw new IllegalArgumentException(
                    "The requestsPerSecond (" + requestsPerSecond + ") of the workload must be positive and finite.");
        }
    }

    /** {@return requests that arrive independently of each other at a mean rate} */
    public static Workload poisson(double requestsPerSecond) {
        return new Workload(requestsPerSecond);
    }
}
