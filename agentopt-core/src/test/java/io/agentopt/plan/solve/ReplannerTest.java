package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ReplannerTest {
    private static final SolveOptions OPTIONS = SolveOptions.steps(1, 20_000);
    private static final Mode CPU = Mode.rented(0, "cpu", 2, 0.4, 10);
    private static final Mode GPU = Mode.rented(1, "tp=1", 0.5, 0.4, 10);
    private static final Mode WIDE = Mode.rented(1, "tp=2", 0.3, 0.6, 10).onDevices(2);

    private static PlacementProblem problem(double limit) {
        return new PlacementProblem(
                "two",
                List.of(new DeviceClass("cpu", 1, 0.5, 100, 100), new DeviceClass("gpu", 4, 0.5, 100, 9)),
                List.of(new OperatorModes("a", CPU, GPU, WIDE), new OperatorModes("b", CPU, GPU, WIDE)),
                List.of(new PlacementEdge(0, 1, PairCosts.free(2))),
                100,
                OptionalDouble.of(limit),
                List.of(),
                List.of());
    }

    private static Placed solve(PlacementProblem problem) {
        return (Placed) PlacementSolver.portfolio().solve(problem, OPTIONS);
    }

    @Test
    void nothingMovesWhenNothingChanged() {
        Placed old = solve(problem(3));
        Placed now = (Placed) Replanner.of(problem(3)).replan(problem(3), old, OPTIONS);
        assertThat(now.modes()).isEqualTo(old.modes());
        assertThat(now.proof()).isEqualTo(Proof.OPTIMAL);
    }

    @Test
    void aTighterLimitMovesWork() {
        Placed old = solve(problem(5));
        assertThat(old.evaluation().classes().get(1).devices()).isZero();
        Placed now = (Placed) Replanner.of(problem(5)).replan(problem(0.9), old, OPTIONS);
        assertThat(now.evaluation().classes().get(0).devices()).isZero();
    }

    @Test
    void anOutageOfTheOnlyFastClassIsInfeasibleWithItsReason() {
        PlacementProblem before = problem(1.2);
        Placed old = solve(before);
        PlacementProblem changed = Contingencies.outage(before, 1, 9);
        Infeasible none = (Infeasible) Replanner.of(before).replan(changed, old, OPTIONS);
        assertThat(none.explain(changed)).contains("relax the deadline to 4.0 s");
        assertThat(SolutionChecker.complaints(changed, none)).isEmpty();
    }

    @Test
    void placementsGoByNameWhenIndicesChange() {
        PlacementProblem before = problem(1.2);
        Placed old = solve(before);
        PlacementProblem changed = new PlacementProblem(
                "turned",
                List.of(before.classes().get(1), before.classes().get(0)),
                List.of(
                        new OperatorModes("new", onto(CPU, 1)),
                        new OperatorModes("b", onto(WIDE, 0), onto(GPU, 0), onto(CPU, 1)),
                        new OperatorModes("a", onto(WIDE, 0), onto(GPU, 0), onto(CPU, 1))),
                List.of(new PlacementEdge(2, 1, PairCosts.free(2))),
                100,
                OptionalDouble.of(3),
                List.of(),
                List.of());
        int[] mapped = ModeMapping.of(before, changed).map(List.of(1, 2));
        assertThat(mapped).containsExactly(0, 0, 1);
        assertThat(SolutionChecker.complaints(changed, Replanner.of(before).replan(changed, old, OPTIONS)))
                .isEmpty();
    }

    @Test
    void aModeThatVanishedGoesToTheNearestOfItsClassElseToTheFastest() {
        PlacementProblem before = problem(1.2);
        PlacementProblem changed = new PlacementProblem(
                "two",
                before.classes(),
                List.of(
                        new OperatorModes(
                                "a", CPU, Mode.rented(1, "tp=4", 0.2, 0.6, 10), Mode.rented(1, "x", 0.45, 1, 1)),
                        new OperatorModes("b", CPU, Mode.rented(0, "slow", 9, 0.1, 1))),
                before.edges(),
                100,
                OptionalDouble.empty(),
                List.of(),
                List.of());
        assertThat(ModeMapping.of(before, changed).map(List.of(1, 2))).containsExactly(2, 0);
        assertThat(ModeMapping.byIndex(List.of(1, 2), changed)).containsExactly(1, 0);
    }

    @Test
    void equalStepsGiveEqualAnswers() {
        PlacementProblem before = AgentFamilies.debate(1, 3, 3);
        Placed old = (Placed) new LocalSearchSolver().solve(before, OPTIONS);
        PlacementProblem changed = Contingencies.load(before, 1.4);
        Replanner replanner = Replanner.prepared(before, old, SolveOptions.steps(1, 3_000));
        assertThat(replanner.replan(changed, old, OPTIONS))
                .usingRecursiveComparison()
                .ignoringFields("statistics.elapsedNanos", "statistics.bestNanos")
                .isEqualTo(replanner.replan(changed, old, OPTIONS));
    }

    private static Mode onto(Mode m, int h) {
        return new Mode(h, m.label(), m.seconds(), 0, m.load(), m.memoryBytes(), -1, 0, m.devices());
    }
}
