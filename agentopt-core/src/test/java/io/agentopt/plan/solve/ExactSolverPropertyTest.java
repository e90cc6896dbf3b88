package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.plan.problem.PlacementProblem;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Every solver against enumeration of all placements. */
class ExactSolverPropertyTest {
    private static final SolveOptions ENOUGH = SolveOptions.steps(1, 3_000_000);

    @Property(seed = "20261122", tries = 600, shrinking = ShrinkingMode.OFF)
    void depthFirstSearchAgreesWithEnumeration(@ForAll long seed) {
        agrees(new ExactSolver(), RandomProblems.small(seed));
    }

    @Property(seed = "20261122", tries = 300, shrinking = ShrinkingMode.OFF)
    void theDefaultSolverAgreesWithEnumeration(@ForAll long seed) {
        agrees(PlacementSolver.portfolio(), RandomProblems.small(seed));
    }

    @Property(seed = "20261122", tries = 400, shrinking = ShrinkingMode.OFF)
    void branchAndBoundAgreesWithEnumeration(@ForAll long seed) {
        agrees(new PortfolioSolver(0, 0), RandomProblems.small(seed));
    }

    @Property(seed = "20261122", tries = 800, shrinking = ShrinkingMode.OFF)
    void theLinearTreeAgreesWithEnumeration(@ForAll long seed) {
        agrees(new PortfolioSolver(0, 300), RandomProblems.small(seed));
    }

    @Property(seed = "20261122", tries = 400, shrinking = ShrinkingMode.OFF)
    void theLagrangianBoundNeverExceedsTheOptimum(@ForAll long seed) {
        PlacementProblem problem = RandomProblems.small(seed);
        double least = Exhaustive.leastCost(problem);
        assertThat(LagrangianBound.dollarsPerHour(problem, 100)).isLessThanOrEqualTo(least * (1 + 1e-9) + 1e-12);
    }

    @Property(seed = "20261122", tries = 300, shrinking = ShrinkingMode.OFF)
    void localSearchIsNeverCheaperThanTheOptimumAndItsBoundNeverAbove(@ForAll long seed) {
        PlacementProblem problem = RandomProblems.small(seed);
        Solution solution = new LocalSearchSolver().solve(problem, SolveOptions.steps(seed, 20_000));
        assertThat(SolutionChecker.complaints(problem, solution)).isEmpty();
    }

    private static void agrees(PlacementSolver solver, PlacementProblem problem) {
        double least = Exhaustive.leastCost(problem);
        Solution solution = solver.solve(problem, ENOUGH);
        switch (solution) {
            case Placed placed -> {
                assertThat(placed.proof()).isEqualTo(Proof.OPTIMAL);
                assertThat(placed.gap()).isZero();
                assertThat(placed.dollarsPerHour()).isCloseTo(least, within(1e-8 * (1 + least)));
            }
            case Infeasible infeasible -> {
                assertThat(least).as(infeasible.explain(problem)).isInfinite();
                PlacementProblem repaired = infeasible.relaxation().applyTo(problem);
                assertThat(solver.solve(repaired, ENOUGH)).isInstanceOf(Placed.class);
                if (infeasible.leastExact()) {
                    assertThat(Exhaustive.leastCost(almost(infeasible).applyTo(problem)))
                            .isInfinite();
                }
            }
            case Undecided undecided -> throw new AssertionError(undecided.explain(problem));
        }
        assertThat(SolutionChecker.complaints(problem, solution)).isEmpty();
    }

    /** The relaxation with a little less of its one change: a proved least change must not leave room for it. */
    private static Relaxation almost(Infeasible infeasible) {
        Relaxation relaxation = infeasible.relaxation();
        if (relaxation.changes().size() != 1) return new Relaxation(List.of(), relaxation.witness());
        Relaxation.Change less = switch (relaxation.changes().getFirst()) {
            case Relaxation.Change.Deadline c -> new Relaxation.Change.Deadline(c.seconds() * (1 - 1e-6));
            case Relaxation.Change.MilestoneLimit c ->
                new Relaxation.Change.MilestoneLimit(c.milestone(), c.seconds() * (1 - 1e-6));
            case Relaxation.Change.Inventory c -> new Relaxation.Change.Inventory(c.deviceClass(), c.devices() - 1);
            case Relaxation.Change.DeviceMemory c -> new Relaxation.Change.DeviceMemory(c.deviceClass(), 0);
            case Relaxation.Change.Bandwidth c -> new Relaxation.Change.Bandwidth(c.link(), c.bytesPerSecond() - 1);
            case Relaxation.Change.Link c -> c;
            case Relaxation.Change.Separate c -> c;
        };
        boolean whole = less instanceof Relaxation.Change.Link || less instanceof Relaxation.Change.Separate;
        return new Relaxation(whole ? List.of() : List.of(less), relaxation.witness());
    }
}
