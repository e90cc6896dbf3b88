package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.PlacementProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The problems of the bench. Seeds are fixed: the same problems on every machine. */
public final class PlanSuite {
    private static final int SEEDS = 18;

    private PlanSuite() {}

    /** {@return problems of 8 to 60 operators, the families in turn: 18 of each} */
    public static List<PlacementProblem> small() {
        List<PlacementProblem> problems = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            for (AgentFamily family : AgentFamily.values()) problems.add(family.problem(seed));
        }
        return problems;
    }

    /** {@return problems of which most have no placement: a deadline just out of reach, or too few devices} */
    public static List<PlacementProblem> tight() {
        List<PlacementProblem> problems = new ArrayList<>();
        for (AgentFamily family : AgentFamily.values()) {
            PlacementProblem late = family.problem(101);
            problems.add(
                    late.withDeadline(OptionalDouble.of(late.deadlineSeconds().orElseThrow() * 0.8)));
            PlacementProblem scarce = family.problem(102);
            problems.add(scarce.withClasses(scarce.classes().stream()
                    .map(c -> c.withInventory(Math.min(c.inventory(), 2)))
                    .toList()));
        }
        return problems;
    }

    /** {@return the layered problem of {@code operators} operators with at most {@code modes} modes over eight classes} */
    public static PlacementProblem large(int operators, int modes, long seed) {
        return AgentFamily.large(operators, modes, seed);
    }
}
