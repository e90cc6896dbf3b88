package io.agentopt.benchmarks.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.ortools.sat.CpSolverStatus;
import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The two models of the oracle: in coarse units a bound, in exact units the problem itself. */
class CpSatUnitsTest {
    private static final SolveOptions ENOUGH = SolveOptions.steps(1, 1_000_000);

    private static CpSatSolver cpSat() {
        StringBuilder reason = new StringBuilder();
        Optional<CpSatSolver> loaded = CpSatSolver.load(reason::append);
        if (loaded.isEmpty()) System.out.println("SKIPPED: " + reason);
        assumeTrue(loaded.isPresent(), reason::toString);
        return loaded.orElseThrow();
    }

    /** In exact units CP-SAT 9.15 with presolve calls 54.49 optimal. */
    @Test
    void theOptimumThatPresolveLostOnLargeCoefficientsIsFound() {
        PlacementProblem problem = AgentFamily.REACT.problem(1);
        assertThat(problem.name()).isEqualTo("react-37-1");
        Placed placed = (Placed) cpSat().solve(problem, ENOUGH);
        assertThat(placed.dollarsPerHour()).isCloseTo(50.64, within(1e-9));
        assertThat(placed.proof()).isEqualTo(Proof.OPTIMAL);
    }

    @Test
    void answersAreThoseOfEnumerationAndCoarseUnitsOnlyLoosen() {
        CpSatSolver oracle = cpSat();
        int exactUnits = 0;
        int infeasible = 0;
        for (int seed = 1000; seed < 1040; seed++) {
            PlacementProblem problem = OddProblems.of(seed);
            double least = least(problem);
            CpSatRun coarse = CpSatRun.of(problem, CpSatUnits.coarse(problem), true, CpSatRun.Limits.of(ENOUGH));
            if (coarse.status() == CpSolverStatus.INFEASIBLE) assertThat(least).isInfinite();
            assertThat(coarse.bound()).as(problem.name()).isLessThanOrEqualTo(least * (1 + 1e-9));
            Solution solution = oracle.solve(problem, ENOUGH);
            if (solution.statistics().by().contains("exact units")) exactUnits++;
            if (Double.isInfinite(least)) {
                infeasible++;
                assertThat(solution).as(problem.name()).isInstanceOf(Infeasible.class);
                continue;
            }
            assertThat(solution).as(problem.name()).isInstanceOf(Placed.class);
            assertThat(((Placed) solution).proof()).as(problem.name()).isEqualTo(Proof.OPTIMAL);
            assertThat(((Placed) solution).dollarsPerHour()).isCloseTo(least, within(1e-8 * (1 + least)));
        }
        assertThat(exactUnits)
                .as("placements that only the exact limits forbid")
                .isPositive();
        assertThat(infeasible).isPositive();
    }

    /** The least cost over all placements; infinite without a feasible one. */
    private static double least(PlacementProblem problem) {
        int[] modes = new int[problem.operators().size()];
        double least = Double.POSITIVE_INFINITY;
        int at = 0;
        while (at < modes.length) {
            Evaluation evaluation = Evaluator.evaluate(problem, modes);
            if (evaluation.feasible()) least = Math.min(least, evaluation.dollarsPerHour());
            at = 0;
            while (at < modes.length
                    && ++modes[at] == problem.operators().get(at).modes().size()) modes[at++] = 0;
        }
        return least;
    }

    @Test
    void needsAreRoundedDownAndWhatADeviceOffersUp() {
        PlacementProblem problem = new PlacementProblem(
                "units",
                List.of(new DeviceClass("a", 1, 0.7, 80_000_000_001L, 9)),
                List.of(new OperatorModes("op", List.of(Mode.rented(0, "a", 1, 1, 1)))),
                List.of(),
                1,
                OptionalDouble.of(5.5),
                List.of(),
                List.of());
        CpSatUnits units = CpSatUnits.coarse(problem);
        assertThat(units.time(1.2345678)).as("microseconds").isEqualTo(1_234_567);
        assertThat(units.memory(0, 1_999_999)).as("megabytes").isEqualTo(1);
        assertThat(units.capacityMemory(0, 80_000_000_001L)).isEqualTo(80_001);
        assertThat(units.load(0, 0.0000019)).as("millionths").isEqualTo(1);
        assertThat(units.capacityLoad(0, 0.7000001)).isEqualTo(700_001);
        assertThat(CpSatUnits.exact(problem).time(1.2345678)).isEqualTo(1_234_567_800);
    }
}
