package io.agentopt.plan;

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
     * @param fix the nearest change that would make a plan possible
     * @param proved whether it is proved that no plan exists; otherwise none was found in the time given
     */
    record Infeasible<I, O>(String graph, String constraint, String message, String fix, boolean proved)
            implements PlanResult<I, O> {}
}
