package io.agentopt.plan;

import java.util.List;

/**
 * What planning came to.
 *
 * @param <I> input of the agent
 * @param <O> output of the agent
 */
public sealed interface PlanResult<I, O> {
    /**
     * {@return the plan}
     *
     * @throws InfeasiblePlanException if there is none
     */
    default Plan<I, O> orThrow() {
        return switch (this) {
            case Planned<I, O> p -> p.plan();
            case Infeasible<I, O> i -> throw new InfeasiblePlanException(i);
        };
    }

    /** There is a plan. */
    record Planned<I, O>(Plan<I, O> plan) implements PlanResult<I, O> {}

    /**
     * There is none.
     *
     * @param graph name of the graph
     * @param constraint the limit that cannot be kept
     * @param message what cannot be kept, by how much, and by whom
     * @param fix a change that would make a plan possible: of those known, the one whose plan costs least
     * @param proved whether it is proved that no plan exists; otherwise none was found in the time given
     * @param alternatives changes that would make a plan possible, each enough alone, by the cost of that plan; empty where none was priced
     */
    record Infeasible<I, O>(
            String graph, String constraint, String message, String fix, boolean proved, List<Alternative> alternatives)
            implements PlanResult<I, O> {
        public Infeasible {
            alternatives = List.copyOf(alternatives);
        }

        /** A result without priced changes. */
        public Infeasible(String graph, String constraint, String message, String fix, boolean proved) {
            this(graph, constraint, message, fix, proved, List.of());
        }
    }

    /**
     * A change that would make a plan possible.
     *
     * @param change what to do, such as {@code relax the end-to-end limit to p95 2.50 s}
     * @param dollarsPerHour what the plan then costs
     * @param optimal whether that is proved to be the least; else a cheaper plan may exist
     */
    record Alternative(String change, double dollarsPerHour, boolean optimal) {}
}
