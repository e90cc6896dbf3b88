package io.agentopt.runtime.observe;

import io.agentopt.plan.granular.OperatorId;
import io.agentopt.workload.Sla;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a plan predicted and promised, for reports to compare with.
 *
 * @param secondsPerVisit mean duration of one visit, by granular operator; absent where unknown
 * @param endToEndSeconds mean duration of a run, or empty
 * @param sla what was promised, or empty
 */
public record Expectation(Map<OperatorId, Double> secondsPerVisit, OptionalDouble endToEndSeconds, Optional<Sla> sla) {
    /** Nothing was predicted or promised. */
    public static final Expectation NONE = new Expectation(Map.of(), OptionalDouble.empty(), Optional.empty());

    public Expectation {
        secondsPerVisit = Map.copyOf(secondsPerVisit);
    }
}
