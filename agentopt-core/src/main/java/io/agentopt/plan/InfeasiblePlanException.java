package io.agentopt.plan;

import java.util.stream.Collectors;

/** No plan keeps the limits. Thrown by {@link Planner#plan}; {@link Planner#solve} returns it as a value instead. */
public final class InfeasiblePlanException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient PlanResult.Infeasible<?, ?> reason;

    InfeasiblePlanException(PlanResult.Infeasible<?, ?> reason) {
        super(reason.message() + " " + reason.fix() + others(reason));
        this.reason = reason;
    }

    private static String others(PlanResult.Infeasible<?, ?> reason) {
        if (reason.alternatives().size() < 2) return "";
        return reason.alternatives().stream()
                .map(a -> a.change() + " ($" + Explanation.money(a.dollarsPerHour()) + " per hour)")
                .collect(Collectors.joining("; or ", " By cost: ", "."));
    }

    /** {@return constraint, message and fix} */
    public PlanResult.Infeasible<?, ?> reason() {
        return reason;
    }
}
