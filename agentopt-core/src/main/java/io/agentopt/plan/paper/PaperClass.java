package io.agentopt.plan.paper;

import java.util.Map;

/**
 * A hardware class j.
 *
 * @param name unique in the problem
 * @param perf perf_j(r), units of each resource per second; a resource that is not named takes no time
 * @param capacity cap_j(r), units of each resource; a resource that is not named has no limit
 * @param dollarsPerUnit c_j(r); a resource that is not named costs nothing
 */
public record PaperClass(
        String name, Map<Resource, Double> perf, Map<Resource, Double> capacity, Map<Resource, Double> dollarsPerUnit) {
    public PaperClass {
        if (name.isBlank()) throw new IllegalArgumentException("A hardware class needs a name; it is blank.");
        perf = Map.copyOf(perf);
        capacity = Map.copyOf(capacity);
        dollarsPerUnit = Map.copyOf(dollarsPerUnit);
        perf.forEach((r, v) -> {
            if (!(v > 0)) throw new IllegalArgumentException("The perf of " + r + " (" + v + ") must be above 0.");
        });
        PaperTask.amounts(capacity, "capacity of class '" + name + "'");
        PaperTask.amounts(dollarsPerUnit, "price of class '" + name + "'");
    }
}
