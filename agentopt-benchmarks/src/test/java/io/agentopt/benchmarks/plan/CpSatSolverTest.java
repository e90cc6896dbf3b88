package io.agentopt.benchmarks.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.ExactSolver;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolutionChecker;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.Undecided;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** CP-SAT against complete search where that is possible, and the planner against CP-SAT where it is not. */
class CpSatSolverTest {
    private static final SolveOptions ENOUGH = SolveOptions.steps(1, 1_000_000);

    private static CpSatSolver cpSat() {
        StringBuilder reason = new StringBuilder();
        Optional<CpSatSolver> loaded = CpSatSolver.load(reason::append);
        if (loaded.isEmpty()) System.out.println("SKIPPED: " + reason);
        assumeTrue(loaded.isPresent(), reason::toString);
        return loaded.orElseThrow();
    }

    @Test
    void agreesWithCompleteSearchOnTinyProblems() {
        CpSatSolver oracle = cpSat();
        int infeasible = 0;
        for (int seed = 0; seed < 120; seed++) {
            PlacementProblem problem = OddProblems.of(seed);
            Solution theirs = oracle.solve(problem, ENOUGH);
            assertThat(SolutionChecker.complaints(problem, theirs))
                    .as(problem.name())
                    .isEmpty();
            assertThat(SolutionChecker.enumerable(problem)).isTrue();
            switch (new ExactSolver().solve(problem, ENOUGH)) {
                case Placed exact -> {
                    assertThat(theirs).as(problem.name()).isInstanceOf(Placed.class);
                    Placed placed = (Placed) theirs;
                    assertThat(placed.proof()).as(problem.name()).isEqualTo(Proof.OPTIMAL);
                    assertThat(placed.dollarsPerHour())
                            .isCloseTo(exact.dollarsPerHour(), within(1e-8 * (1 + exact.dollarsPerHour())));
                }
                case Infeasible i -> {
                    infeasible++;
                    assertThat(theirs).as(problem.name()).isInstanceOf(Infeasible.class);
                }
                case Undecided u -> throw new AssertionError(u.explain(problem));
            }
        }
        assertThat(infeasible).isBetween(10, 100);
    }

    @Test
    void theCertificatesOfThePlannerHoldWhereEnumerationIsImpossible() {
        CpSatSolver oracle = cpSat();
        int optimal = 0;
        int infeasible = 0;
        for (PlacementProblem problem : larger()) {
            assertThat(SolutionChecker.enumerable(problem)).isFalse();
            Solution ours = PlacementSolver.portfolio().solve(problem, SolveOptions.steps(1, 60_000));
            Duel duel = new Duel(problem, ours, Optional.of(oracle.solve(problem, SolveOptions.steps(1, 100_000))));
            assertThat(duel.contradictions()).as(duel.line()).isEmpty();
            if (ours instanceof Placed p && p.proof() == Proof.OPTIMAL) optimal++;
            if (ours instanceof Infeasible && duel.provedInfeasible()) infeasible++;
        }
        assertThat(optimal).as("certificates of optimality that were compared").isPositive();
        assertThat(infeasible)
                .as("certificates of infeasibility that were compared")
                .isPositive();
    }

    private static List<PlacementProblem> larger() {
        return List.of(
                AgentFamily.RAG.problem(1),
                AgentFamily.RAG.problem(5),
                AgentFamily.RAG.problem(7),
                AgentFamily.MAP_REDUCE.problem(3),
                AgentFamily.MAP_REDUCE.problem(5),
                AgentFamily.VOICE.problem(3),
                AgentFamily.DEBATE.problem(6));
    }

    @Test
    void aFalseOptimumIsFoundOut() {
        PlacementProblem problem = AgentFamily.VOICE.problem(8);
        Placed optimum = optimum(problem);
        Placed dear = new Placed(
                optimum.modes(),
                optimum.evaluation(),
                optimum.dollarsPerHour() * 1.01,
                Proof.BOUNDED,
                optimum.statistics());
        assertThat(new Duel(problem, dear, Optional.of(optimum)).contradictions())
                .anyMatch(c -> c.contains("above CP-SAT's placement") || c.contains("exceeds the cost"));
    }

    @Test
    void aSuboptimalPlacementCalledOptimalIsFoundOut() {
        PlacementProblem problem = AgentFamily.RAG.problem(17);
        Placed optimum = optimum(problem);
        Placed dearer = worse(problem, optimum);
        Placed claimed = new Placed(
                dearer.modes(), dearer.evaluation(), dearer.dollarsPerHour(), Proof.OPTIMAL, dearer.statistics());
        assertThat(SolutionChecker.complaints(problem, claimed))
                .isEmpty(); // too large to enumerate: only the oracle sees it
        assertThat(new Duel(problem, claimed, Optional.of(optimum)).contradictions())
                .anyMatch(c -> c.contains("above CP-SAT's placement"));
    }

    @Test
    void aFalseInfeasibilityIsFoundOut() {
        PlacementProblem infeasible = AgentFamily.RAG.problem(5);
        Infeasible claim = (Infeasible) cpSat().solve(infeasible, ENOUGH);
        PlacementProblem feasible = claim.relaxation().applyTo(infeasible);
        Placed placement = optimum(feasible);
        assertThat(new Duel(feasible, claim, Optional.of(placement)).contradictions())
                .isNotEmpty();
        assertThat(new Duel(feasible, placement, Optional.of(claim)).contradictions())
                .anyMatch(c -> c.contains("CP-SAT calls it infeasible"));
    }

    private static Placed optimum(PlacementProblem problem) {
        Placed placed = (Placed) cpSat().solve(problem, ENOUGH);
        assertThat(placed.proof()).isEqualTo(Proof.OPTIMAL);
        return placed;
    }

    /** A feasible placement that costs more, by one changed mode. */
    private static Placed worse(PlacementProblem problem, Placed optimum) {
        for (int i = 0; i < optimum.modes().size(); i++) {
            for (int j = 0; j < problem.operators().get(i).modes().size(); j++) {
                List<Integer> modes = new ArrayList<>(optimum.modes());
                modes.set(i, j);
                Evaluation evaluation = Evaluator.evaluate(
                        problem, modes.stream().mapToInt(Integer::intValue).toArray());
                if (evaluation.feasible() && evaluation.dollarsPerHour() > optimum.dollarsPerHour() * 1.001)
                    return new Placed(modes, evaluation, 0, Proof.BOUNDED, optimum.statistics());
            }
        }
        throw new AssertionError("No single change of '" + problem.name() + "' is feasible and dearer.");
    }
}
