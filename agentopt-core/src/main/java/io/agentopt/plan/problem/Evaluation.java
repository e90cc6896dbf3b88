package io.agentopt.plan.problem;

import java.util.List;

/**
 * What one placement costs and whether it keeps every limit.
 *
 * @param dollarsPerHour the objective: fleet and usage
 * @param fleetDollarsPerHour devices by the hour
 * @param usageDollarsPerHour hosted endpoints and transfers at the planned request rate
 * @param endToEndSeconds longest path
 * @param criticalPath operators of a longest path, first to last
 * @param milestoneSeconds completion of each milestone
 * @param classes what each device class carries
 * @param linkBytesPerSecond traffic over each link that has a capacity
 * @param violations limits broken; empty when feasible
 */
public record Evaluation(
        double dollarsPerHour,
        double fleetDollarsPerHour,
        double usageDollarsPerHour,
        double endToEndSeconds,
        List<Integer> criticalPath,
        List<Double> milestoneSeconds,
        List<ClassUse> classes,
        List<Long> linkBytesPerSecond,
        List<Violation> violations) {

    public Evaluation {
        criticalPath = List.copyOf(criticalPath);
        milestoneSeconds = List.copyOf(milestoneSeconds);
        classes = List.copyOf(classes);
        linkBytesPerSecond = List.copyOf(linkBytesPerSecond);
        violations = List.copyOf(violations);
    }

    /** {@return whether every limit is kept} */
    public boolean feasible() {
        return violations.isEmpty();
    }
}
