package io.agentopt.plan;

import io.agentopt.plan.granular.OperatorId;
import java.util.List;
import java.util.Optional;

/**
 * Why a plan is as it is: what each operator would do instead, what binds, and what looser limits are worth. Every number comes from solving
 * the problem again with one thing changed.
 *
 * @param runnersUp by operator that has a choice, in graph order; the first {@link #MOST_OPERATORS} only
 * @param limits what the plan uses of each limit
 * @param worth what one more unit of a limit is worth
 */
public record PlanDetails(List<RunnerUp> runnersUp, List<Limit> limits, List<Worth> worth) {
    /** Most operators that are asked for, so that a large plan explains itself in bounded time. */
    public static final int MOST_OPERATORS = 24;

    public PlanDetails {
        runnersUp = List.copyOf(runnersUp);
        limits = List.copyOf(limits);
        worth = List.copyOf(worth);
    }

    /**
     * The best plan in which an operator does not run as it does.
     *
     * @param operator which
     * @param place where it runs there; empty when no such plan is known
     * @param dollarsPerHour what that plan costs more; below 0 only where the plan in force is not proved optimal
     * @param seconds what that plan takes longer, end to end; negative when it is faster
     * @param exact whether both plans are proved optimal; else another may differ by less
     * @param reason why it is only the runner-up, in words
     */
    public record RunnerUp(
            OperatorId operator,
            Optional<Move.Place> place,
            double dollarsPerHour,
            double seconds,
            boolean exact,
            String reason) {}

    /**
     * One limit and how much of it is used.
     *
     * @param name such as {@code end-to-end mean}
     * @param used seconds, devices, or bytes per second, as {@code unit} says
     * @param allowed the same
     * @param unit {@code s}, {@code devices}, {@code bytes} or {@code bytes/s}
     * @param text both in words, with what the rounding to whole devices leaves
     */
    public record Limit(String name, double used, double allowed, String unit, String text) {
        /** {@return what is left} */
        public double slack() {
            return allowed - used;
        }
    }

    /**
     * A shadow price.
     *
     * @param change what is changed by one unit, such as {@code 100 ms more end-to-end SLA}
     * @param dollarsPerHour what the best plan then costs more; negative saves
     * @param possible whether there is a plan then
     * @param exact whether both plans are proved optimal
     * @param text the same in words
     */
    public record Worth(String change, double dollarsPerHour, boolean possible, boolean exact, String text) {}
}
