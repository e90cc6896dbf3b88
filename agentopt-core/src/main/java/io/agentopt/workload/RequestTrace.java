package io.agentopt.workload;

import java.util.List;
import java.util.Objects;

/**
 * Requests in order of arrival.
 *
 * @param name what messages call it
 * @param requests at least one; none comes before the one ahead of it
 */
public record RequestTrace(String name, List<TracedRequest> requests) {
    public RequestTrace {
        Objects.requireNonNull(name, "name");
        requests = List.copyOf(requests);
        if (requests.isEmpty()) throw new IllegalArgumentException("The trace '" + name + "' holds no request.");
        for (int i = 1; i < requests.size(); i++) {
            double before = requests.get(i - 1).arrivalSeconds();
            double arrival = requests.get(i).arrivalSeconds();
            if (arrival < before) {
                throw new IllegalArgumentException("Request " + i + " of the trace '" + name + "' comes at " + arrival
                        + " s, before request " + (i - 1) + " at " + before + " s. Sort the trace by arrival.");
            }
        }
    }

    /** {@return number of requests} */
    public int size() {
        return requests.size();
    }

    /** {@return time from the first arrival to the last, s} */
    public double spanSeconds() {
        return requests.getLast().arrivalSeconds() - requests.getFirst().arrivalSeconds();
    }

    /** {@return the mean arrival rate; infinite if all come at once} */
    public double requestsPerSecond() {
        return (requests.size() - 1) / spanSeconds();
    }
}
