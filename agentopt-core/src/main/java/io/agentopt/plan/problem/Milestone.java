package io.agentopt.plan.problem;

import java.util.List;

/**
 * Operators that must be complete before the end-to-end deadline, such as those before the first token.
 *
 * @param name what is promised, such as {@code first token}
 * @param operators indices of the operators whose completion counts
 * @param seconds the longest path up to and including them
 */
public record Milestone(String name, List<Integer> operators, double seconds) {
    public Milestone {
        Check.name(name, "A milestone");
        operators = List.copyOf(operators);
        if (operators.isEmpty()) {
            throw new IllegalArgumentException(
                    "Milestone '" + name + "' names no operator. Name the operators whose end it limits.");
        }
        Check.range(seconds, 0, Quanta.MAX_DEADLINE_SECONDS, "limit (seconds)", "milestone '" + name + "'");
    }
}
