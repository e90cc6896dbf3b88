package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.LinkCapacity;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Each family of limits: the reason is named, the value is least, and the advice works. */
class InfeasibleTest {
    private static final SolveOptions OPTIONS = SolveOptions.steps(1, 200_000);

    private static PlacementProblem problem(long inventory, long memory, PairCosts link) {
        return new PlacementProblem(
                "case",
                List.of(new DeviceClass("cpu", 1, 0.5, 100, 100), new DeviceClass("gpu", 4, 0.5, memory, inventory)),
                List.of(
                        new OperatorModes("a", Mode.rented(0, "cpu", 2, 0.5, 10)),
                        new OperatorModes(
                                "b", Mode.rented(1, "gpu", 1, 1, 80), Mode.rented(1, "gpu wide", 0.5, 1.5, 80))),
                List.of(new PlacementEdge(0, 1, link)),
                100,
                OptionalDouble.of(5),
                List.of(),
                List.of());
    }

    @Test
    void deadline() {
        PlacementProblem problem = problem(9, 100, PairCosts.free(2)).withDeadline(OptionalDouble.of(2.4));
        Infeasible infeasible = check(problem, Family.DEADLINE, 2.5, 2.4);
        assertThat(infeasible.operators()).containsExactly(0, 1);
        assertThat(infeasible.explain(problem)).contains("relax the deadline to 2.5 s", "'a', 'b'");
    }

    /** The fastest modes are late by 0.25 s because of the transfer; staying on the cpu is late by 0.1 s only. */
    @Test
    void theLeastLatenessIsFoundWhenAllLatenessIsSmall() {
        PlacementProblem problem = new PlacementProblem(
                "slightly late",
                List.of(new DeviceClass("cpu", 1, 0.5, 100, 100), new DeviceClass("gpu", 4, 0.5, 100, 100)),
                List.of(
                        new OperatorModes("a", Mode.rented(1, "gpu", 1, 0.1, 10), Mode.rented(0, "cpu", 1.1, 0.1, 10)),
                        new OperatorModes("b", Mode.rented(0, "cpu", 1, 0.1, 10))),
                List.of(new PlacementEdge(
                        0, 1, PairCosts.builder(2).set(1, 0, 0.25, 0).build())),
                100,
                OptionalDouble.of(2),
                List.of(),
                List.of());
        Infeasible infeasible = check(problem, Family.DEADLINE, 2.1, 2);
        assertThat(infeasible.operators()).containsExactly(0, 1);
        assertThat(infeasible.relaxation().witness()).containsExactly(1, 0);
        PlacementProblem early = problem.withDeadline(OptionalDouble.empty())
                .withMilestones(List.of(new Milestone("first token", List.of(1), 2)));
        check(early, Family.MILESTONE, 2.1, 2);
    }

    @Test
    void milestone() {
        PlacementProblem problem = problem(9, 100, PairCosts.free(2))
                .withMilestones(List.of(new Milestone("first token", List.of(0), 1.9)));
        Infeasible infeasible = check(problem, Family.MILESTONE, 2, 1.9);
        assertThat(infeasible.explain(problem)).contains("relax milestone 'first token' to 2.0 s");
    }

    @Test
    void inventory() {
        PlacementProblem problem = problem(1, 100, PairCosts.free(2));
        Infeasible infeasible = check(problem, Family.INVENTORY, 2, 1);
        assertThat(infeasible.explain(problem)).contains("raise the inventory of 'gpu' to 2");
    }

    @Test
    void bandwidth() {
        PlacementProblem open = problem(9, 100, PairCosts.free(2));
        PlacementProblem problem = open.withEdges(List.of(new PlacementEdge(0, 1, PairCosts.free(2), 36_000)))
                .withLinks(List.of(new LinkCapacity(1, 0, true, 999)));
        Infeasible infeasible = check(problem, Family.BANDWIDTH, 1000, 999);
        assertThat(infeasible.operators()).containsExactly(0, 1);
        assertThat(infeasible.explain(problem))
                .contains("raise the capacity of the link from 'gpu' to 'cpu' to 1000 bytes per second");
    }

    @Test
    void noInventoryAtAll() {
        check(problem(0, 100, PairCosts.free(2)), Family.INVENTORY, 2, 0);
    }

    @Test
    void memory() {
        PlacementProblem problem = problem(3, 20, PairCosts.free(2));
        check(problem, Family.MEMORY, 4, 3);
    }

    @Test
    void devicesWithoutMemory() {
        PlacementProblem problem = problem(3, 0, PairCosts.free(2));
        Infeasible infeasible = (Infeasible) PlacementSolver.portfolio().solve(problem, OPTIONS);
        assertThat(infeasible.family()).isEqualTo(Family.MEMORY);
        assertThat(infeasible.explain(problem)).contains("give each device of 'gpu' 27 bytes of memory");
        assertThat(SolutionChecker.complaints(problem, infeasible)).isEmpty();
    }

    @Test
    void link() {
        PlacementProblem problem =
                problem(9, 100, PairCosts.builder(2).forbid(0, 1).build());
        Infeasible infeasible = check(problem, Family.LINK, 1, 0);
        assertThat(infeasible.operators()).containsExactly(0, 1);
        assertThat(infeasible.explain(problem)).contains("add a link from 'cpu' to 'gpu' for the edge 'a' -> 'b'");
    }

    @Test
    void colocation() {
        PlacementProblem problem = problem(9, 100, PairCosts.free(2)).withColocated(List.of(List.of(0, 1)));
        Infeasible infeasible = check(problem, Family.COLOCATION, 2, 1);
        assertThat(infeasible.explain(problem)).contains("let 'a', 'b' run on different classes");
    }

    @Test
    void severalLimitsAtOnce() {
        PlacementProblem problem =
                problem(1, 100, PairCosts.builder(2).forbid(0, 1).build());
        Infeasible infeasible = (Infeasible) PlacementSolver.portfolio().solve(problem, OPTIONS);
        assertThat(infeasible.relaxation().changes()).hasSize(2);
        assertThat(SolutionChecker.complaints(problem, infeasible)).isEmpty();
    }

    @Test
    void withoutTimeTheReasonComesFromTheGivenPlacement() {
        PlacementProblem problem = problem(1, 100, PairCosts.free(2));
        Budget spent = ticking(1, Duration.ofMillis(2));
        assertThat(spent.spent()).isFalse();
        assertThat(spent.spent()).isTrue();
        Infeasible infeasible = new InfeasibilityAnalysis(problem, spent).explain(new int[] {0, 1});
        assertThat(infeasible.statistics().steps()).isZero();
        assertThat(infeasible.leastExact()).isFalse();
        assertThat(infeasible.leastAchievable()).isEqualTo(3);
        assertThat(SolutionChecker.complaints(problem, infeasible)).isEmpty();
    }

    @Test
    void theExplanationEndsWithTheTime() {
        PlacementProblem problem = AgentFamilies.layered(1, 200, 20, 1e6).withDeadline(OptionalDouble.of(1e-3));
        Budget budget = ticking(50, Duration.ofMillis(1));
        Infeasible infeasible = new InfeasibilityAnalysis(problem, budget).explain(new int[200]);
        assertThat(SolutionChecker.complaints(problem, infeasible)).isEmpty();
        assertThat(infeasible.statistics().steps()).isBetween(1L, 60 * 8L);
    }

    /** A budget of some ticks on a clock that goes on by a tick each time it is read. */
    private static Budget ticking(int ticks, Duration tick) {
        AtomicLong clock = new AtomicLong();
        return Budget.of(SolveOptions.time(1, tick.multipliedBy(ticks)), () -> clock.getAndAdd(tick.toNanos()));
    }

    private static Infeasible check(PlacementProblem problem, Family family, double least, double limit) {
        for (PlacementSolver solver : List.of(new ExactSolver(), new PortfolioSolver(), new PortfolioSolver(0, 300))) {
            Infeasible infeasible = (Infeasible) solver.solve(problem, OPTIONS);
            assertThat(infeasible.family()).isEqualTo(family);
            assertThat(infeasible.leastAchievable()).isEqualTo(least);
            assertThat(infeasible.limit()).isEqualTo(limit);
            assertThat(infeasible.leastExact()).isTrue();
            assertThat(SolutionChecker.complaints(problem, infeasible)).isEmpty();
            assertThat(solver.solve(infeasible.relaxation().applyTo(problem), OPTIONS))
                    .isInstanceOf(Placed.class);
        }
        return (Infeasible) new PortfolioSolver().solve(problem, OPTIONS);
    }
}
