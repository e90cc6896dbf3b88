package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.PricedRelaxations.Priced;
import io.agentopt.plan.solve.Relaxation.Change;
import java.util.List;
import java.util.OptionalDouble;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PricedRelaxationsTest {
    private static final SolveOptions EACH = SolveOptions.steps(1, 200_000);

    /** Two slow devices do at 1 $/h each, one fast one at 9 $/h; the slow ones take 2 s, the fast one 0.5 s. */
    private static PlacementProblem problem(double limit, long fast, long slow) {
        return new PlacementProblem(
                "case",
                List.of(new DeviceClass("slow", 1, 0.5, 100, slow), new DeviceClass("fast", 9, 0.5, 100, fast)),
                List.of(new OperatorModes("a", Mode.rented(0, "slow", 2, 1, 10), Mode.rented(1, "fast", 0.5, 0.5, 10))),
                List.of(),
                100,
                OptionalDouble.of(limit),
                List.of(),
                List.of());
    }

    @Test
    void theCheapestChangeIsFirstWhateverItsFamily() {
        PlacementProblem problem = problem(1, 0, 2);
        List<Priced> priced = priced(problem);
        assertThat(priced).hasSize(2);
        assertThat(priced.get(0).relaxation().changes()).containsExactly(new Change.Deadline(2));
        assertThat(priced.get(0).placed().dollarsPerHour()).isEqualTo(2);
        assertThat(priced.get(1).relaxation().changes()).containsExactly(new Change.Inventory(1, 1));
        assertThat(priced.get(1).placed().dollarsPerHour()).isEqualTo(9);
    }

    @Test
    void ofTwoClassesTheCheaperOneIsNamedEvenIfItNeedsMoreDevices() {
        List<Priced> priced = priced(problem(3, 0, 0));
        assertThat(priced.getFirst().relaxation().changes()).containsExactly(new Change.Inventory(0, 2));
        assertThat(priced.get(1).relaxation().changes()).containsExactly(new Change.Inventory(1, 1));
    }

    @Property(seed = "20261122", tries = 400)
    void everyChangeWorksCostsWhatItSaysAndTheListIsSorted(@ForAll long seed) {
        PlacementProblem problem = RandomProblems.small(seed);
        Assume.that(new ExactSolver().solve(problem, EACH) instanceof Infeasible);
        double before = 0;
        for (Priced each : priced(problem)) {
            PlacementProblem changed = each.relaxation().applyTo(problem);
            Placed exact = (Placed) new ExactSolver().solve(changed, EACH);
            double cost = each.placed().dollarsPerHour();
            assertThat(cost).isCloseTo(exact.dollarsPerHour(), within(1e-9 * cost + 1e-9));
            assertThat(cost).isGreaterThanOrEqualTo(before);
            before = cost;
        }
    }

    private static List<Priced> priced(PlacementProblem problem) {
        Infeasible none = (Infeasible) PlacementSolver.portfolio().solve(problem, EACH);
        List<Priced> priced = PricedRelaxations.of(problem, none, EACH);
        assertThat(priced).isNotEmpty();
        return priced;
    }
}
