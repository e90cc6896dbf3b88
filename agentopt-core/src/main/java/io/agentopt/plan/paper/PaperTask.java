package io.agentopt.plan.paper;

import java.util.Map;

/**
 * A task i and what it is on each hardware class that can run it.
 *
 * @param name unique in the problem
 * @param staticSeconds l_i: network, kernel launch
 * @param on by the name of the class; the task cannot run on others
 */
public record PaperTask(String name, double staticSeconds, Map<String, Use> on) {
    public PaperTask {
        if (name.isBlank()) throw new IllegalArgumentException("A task needs a name; it is blank.");
        on = Map.copyOf(on);
        amount(staticSeconds, "static latency of task '" + name + "'");
    }

    /**
     * A task on a class.
     *
     * @param theta theta_ij(r), units of each resource; a resource that is not named is not used
     * @param communicationSeconds d_ij
     * @param syncSeconds delta_ij: waiting of parallel parts for each other
     */
    public record Use(Map<Resource, Double> theta, double communicationSeconds, double syncSeconds) {
        public Use {
            theta = Map.copyOf(theta);
            amounts(theta, "theta of a task");
            amount(communicationSeconds, "communication time of a task");
            amount(syncSeconds, "synchronisation time of a task");
        }

        /** A task without communication and synchronisation. */
        public Use(Map<Resource, Double> theta) {
            this(theta, 0, 0);
        }
    }

    static void amounts(Map<Resource, Double> values, String what) {
        values.forEach((r, v) -> amount(v, what + " in " + r));
    }

    static void amount(double value, String what) {
        if (!(value >= 0 && Double.isFinite(value)))
            throw new IllegalArgumentException("The " + what + " (" + value + ") must be finite and at least 0.");
    }
}
