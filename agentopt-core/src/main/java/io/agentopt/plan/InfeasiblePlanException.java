package io.agentopt.plan;

/** No plan keeps the limits. Thrown by {@link Planner#plan}; {@link Planner#solve} returns it as a value instead. */
public final class InfeasiblePlanException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient PlanResult.Infeasible<?, ?> reason;

    InfeasiblePlanException(PlanResult.Infeasible<?, ?> reason) {
        super(reason.message() + " " + reason.fix());
        this.reason = reason;
    }

    /** {@return constraint, message and fix} */
    public PlanResult.Infeasible<?, ?> reason() {
        return reason;
    }
}
