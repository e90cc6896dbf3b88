package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The checker against planted errors: each must be found. */
class SolutionCheckerTest {
    private static final SolveOptions OPTIONS = SolveOptions.steps(1, 100_000);

    /** Two operators on a cheap slow class or a dear fast one. */
    private static PlacementProblem problem(double deadline) {
        return new PlacementProblem(
                "two",
                List.of(new DeviceClass("slow", 1, 0.7, 1000, 10), new DeviceClass("fast", 4, 0.7, 1000, 10)),
                List.of(
                        new OperatorModes("a", Mode.rented(0, "slow", 2, 0.5, 10), Mode.rented(1, "fast", 1, 0.2, 10)),
                        new OperatorModes("b", Mode.rented(0, "slow", 3, 0.5, 10), Mode.rented(1, "fast", 1, 0.2, 10))),
                List.of(),
                3600,
                OptionalDouble.of(deadline),
                List.of(),
                List.of());
    }

    @Test
    void acceptsAnHonestPlacement() {
        assertThat(SolutionChecker.complaints(problem(2.5), solved(2.5))).isEmpty();
    }

    @Test
    void findsAPlacementThatBreaksTheDeadline() {
        Placed placed = solved(5);
        assertThat(SolutionChecker.complaints(problem(2.5), placed)).anyMatch(c -> c.contains("breaks a limit"));
    }

    @Test
    void findsSwappedModes() {
        Placed placed = solved(2.5);
        List<Integer> swapped = new ArrayList<>(placed.modes());
        swapped.set(0, 1 - swapped.getFirst());
        Placed tampered = new Placed(
                swapped, placed.evaluation(), placed.lowerBoundDollarsPerHour(), placed.proof(), placed.statistics());
        assertThat(SolutionChecker.complaints(problem(2.5), tampered)).isNotEmpty();
    }

    @Test
    void findsAModeThatDoesNotExist() {
        Placed placed = solved(2.5);
        Placed tampered = new Placed(List.of(0, 9), placed.evaluation(), 0, placed.proof(), placed.statistics());
        assertThat(SolutionChecker.complaints(problem(2.5), tampered)).anyMatch(c -> c.contains("existing mode"));
    }

    @Test
    void findsABoundAboveTheCost() {
        Placed placed = solved(2.5);
        Placed tampered = new Placed(
                placed.modes(), placed.evaluation(), placed.dollarsPerHour() + 1, Proof.BOUNDED, placed.statistics());
        assertThat(SolutionChecker.complaints(problem(2.5), tampered)).anyMatch(c -> c.contains("exceeds the cost"));
    }

    @Test
    void findsAFalseOptimum() {
        PlacementProblem problem = problem(10);
        Placed dear = Answers.placed(problem, new int[] {1, 1}, 0, true, new SolveStatistics("tampered", 0, 0));
        assertThat(SolutionChecker.complaints(problem, dear)).anyMatch(c -> c.contains("less than the lower bound"));
    }

    @Test
    void findsAFalseInfeasibility() {
        Infeasible infeasible = infeasible(0.5);
        assertThat(SolutionChecker.complaints(problem(0.5), infeasible)).isEmpty();
        assertThat(SolutionChecker.complaints(problem(2.5), infeasible)).isNotEmpty();
    }

    @Test
    void findsARelaxationThatDoesNotHelp() {
        Infeasible honest = infeasible(0.5);
        Relaxation tooLittle = new Relaxation(
                List.of(new Relaxation.Change.Deadline(0.9)),
                honest.relaxation().witness());
        Infeasible tampered = new Infeasible(
                honest.family(),
                honest.leastAchievable(),
                honest.limit(),
                honest.leastExact(),
                honest.operators(),
                tooLittle,
                true,
                honest.statistics());
        assertThat(SolutionChecker.complaints(problem(0.5), tampered))
                .anyMatch(c -> c.contains("does not make its witness feasible"));
    }

    @Test
    void findsALeastValueWithinTheLimit() {
        Infeasible honest = infeasible(0.5);
        Infeasible tampered = new Infeasible(
                honest.family(),
                0.4,
                honest.limit(),
                true,
                honest.operators(),
                honest.relaxation(),
                true,
                honest.statistics());
        assertThat(SolutionChecker.complaints(problem(0.5), tampered)).anyMatch(c -> c.contains("not above the limit"));
    }

    private static Placed solved(double deadline) {
        return (Placed) PlacementSolver.portfolio().solve(problem(deadline), OPTIONS);
    }

    private static Infeasible infeasible(double deadline) {
        return (Infeasible) PlacementSolver.portfolio().solve(problem(deadline), OPTIONS);
    }
}
