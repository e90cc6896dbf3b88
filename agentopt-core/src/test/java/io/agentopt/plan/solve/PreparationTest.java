package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PreparationTest {
    private static final SolveOptions SHORT = SolveOptions.steps(1, 2_000);
    private static final PlacementProblem RAG = AgentFamilies.rag(1);
    private static final Placed IN_FORCE =
            (Placed) PlacementSolver.portfolio().solve(RAG, SolveOptions.steps(1, 30_000));

    private static long[] devices(Placed placed) {
        return placed.evaluation().classes().stream()
                .mapToLong(use -> use.devices())
                .toArray();
    }

    @Test
    void knownPlacementsAreDistinctAndTheOneInForceIsTheFirst() {
        List<int[]> known = Preparation.of(RAG, IN_FORCE, SHORT);
        assertThat(known.getFirst()).isEqualTo(IN_FORCE.modeOfOperator());
        Set<String> distinct = new HashSet<>();
        for (int[] modes : known)
            assertThat(distinct.add(Arrays.toString(modes))).isTrue();
        assertThat(known.size()).isGreaterThan(3);
    }

    @Test
    void aPreparedLevelIsAnsweredFromWhatWasFoundThere() {
        Replanner prepared = Replanner.prepared(RAG, IN_FORCE, SolveOptions.steps(1, 20_000));
        for (Contingencies.Line line : Contingencies.of(RAG, devices(IN_FORCE))) {
            for (double at : line.levels()) {
                PlacementProblem changed = line.changed().apply(at);
                Solution atLength = PlacementSolver.portfolio().solve(changed, SolveOptions.steps(1, 20_000));
                if (!(atLength instanceof Placed best)) continue;
                Placed now = (Placed) prepared.replan(changed, IN_FORCE, SolveOptions.steps(1, 500));
                assertThat(now.dollarsPerHour()).isLessThanOrEqualTo(best.dollarsPerHour() * 1.005);
            }
        }
    }

    @Test
    void linesCoverLoadLimitsPricesSpeedsAndWhatIsLeftOfEachClassInUse() {
        long[] devices = devices(IN_FORCE);
        long used = Arrays.stream(devices).filter(d -> d > 0).count();
        List<Contingencies.Line> lines = Contingencies.of(RAG, devices);
        long priced = RAG.classes().stream().filter(c -> c.dollarsPerHour() > 0).count();
        assertThat(lines).hasSize((int) (2 + priced + 2 * used));
        for (Contingencies.Line line : lines) assertThat(line.levels()).isSorted();
    }

    @Test
    void loadScalesWhatRequestsHoldButNotTheWeights() {
        PlacementProblem twice = Contingencies.load(RAG, 2);
        for (int i = 0; i < RAG.operators().size(); i++) {
            for (int j = 0; j < RAG.operators().get(i).modes().size(); j++) {
                Mode before = RAG.operators().get(i).modes().get(j);
                Mode after = twice.operators().get(i).modes().get(j);
                assertThat(after.load()).isCloseTo(2 * before.load(), within(1e-9));
                assertThat(after.memoryBytes()).isEqualTo(2 * before.memoryBytes());
                assertThat(after.sharedBytes()).isEqualTo(before.sharedBytes());
                assertThat(after.seconds()).isEqualTo(before.seconds());
            }
        }
    }

    @Test
    void limitsThatNeverBindStayWithinWhatAProblemCounts() {
        PlacementProblem never = RAG.withDeadline(OptionalDouble.of(Quanta.MAX_DEADLINE_SECONDS));
        assertThat(Contingencies.limits(never, 1.3).deadlineSeconds()).hasValue(Quanta.MAX_DEADLINE_SECONDS);
    }

    @Test
    void aKnownPlacementThatNearlyHoldsIsMended() {
        PlacementProblem before = AgentFamilies.debate(1, 3, 3);
        Placed old = (Placed) new LocalSearchSolver().solve(before, SolveOptions.steps(1, 100_000));
        double limit = old.evaluation().endToEndSeconds() * 0.97;
        PlacementProblem tighter = before.withDeadline(OptionalDouble.of(limit));
        Solution now = Replanner.of(before).replan(tighter, old, SolveOptions.steps(1, 3_000));
        assertThat(SolutionChecker.complaints(tighter, now)).isEmpty();
        Placed cold = (Placed) new LocalSearchSolver().solve(tighter, SolveOptions.steps(1, 100_000));
        assertThat(((Placed) now).dollarsPerHour()).isLessThanOrEqualTo(1.1 * cold.dollarsPerHour());
    }

    @Property(seed = "20261122", tries = 60)
    void aTableOfReducedModesSaysTheSameAsMappingOnePlacement(@ForAll long seed) {
        PlacementProblem problem = RandomProblems.small(seed);
        Solution solution = new ExactSolver().solve(problem, SolveOptions.steps(1, 100_000));
        Assume.that(solution instanceof Placed);
        Placed placed = (Placed) solution;
        PlacementProblem changed = Perturbations.of(problem, placed, seed);
        CompiledProblem p = new CompiledProblem(changed, true);
        Assume.that(!p.someOperatorHasNoMode());
        ModeMapping mapping = ModeMapping.of(problem, changed);
        assertThat(mapping.map(placed.modeOfOperator(), mapping.reduced(p)))
                .isEqualTo(p.fromOriginal(Answers.list(mapping.map(placed.modes()))));
    }
}
