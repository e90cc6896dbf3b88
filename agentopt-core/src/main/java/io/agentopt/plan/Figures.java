package io.agentopt.plan;

import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What a plan was made for, how near to the best it is, and what else is predicted of it.
 *
 * @param objective what was made least
 * @param value of the objective in this plan: dollars per hour, dollars or joules per request, or seconds
 * @param provedBound no plan that keeps the SLA has less of it; proved
 * @param worstCaseSeconds mean time of a request whose loops run as often as they may and that takes the slower branches, where the SLA
 *     limits it
 * @param perTokenSeconds mean time per output token of the slowest LLM call; empty without one of several tokens
 * @param watts power of the devices at the planned rate; empty where that of a device in use is not known
 * @param endpoints hosted endpoints in use
 */
public record Figures(
        Objective objective,
        double value,
        double provedBound,
        OptionalDouble worstCaseSeconds,
        OptionalDouble perTokenSeconds,
        OptionalDouble watts,
        List<PlannedEndpoint> endpoints) {
    public Figures {
        Objects.requireNonNull(objective, "objective");
        Objects.requireNonNull(worstCaseSeconds, "worstCaseSeconds");
        Objects.requireNonNull(perTokenSeconds, "perTokenSeconds");
        Objects.requireNonNull(watts, "watts");
        endpoints = List.copyOf(endpoints);
    }

    /** {@return the figures of a plan of least dollars per hour of which nothing else is known} */
    public static Figures ofCost(double dollarsPerHour, Bound bound) {
        return new Figures(
                new Objective.DollarsPerHour(),
                dollarsPerHour,
                bound.dollarsPerHour(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                List.of());
    }

    /** {@return how much less of the objective a plan could have at most, as a share of this plan's} */
    public double gap() {
        return value <= 0 ? 0 : Math.clamp((value - provedBound) / value, 0, 1);
    }
}
