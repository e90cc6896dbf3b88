package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** Multipliers of the interior point method: what they prove against enumeration, and against the simplex method where both solve one program. */
class TimeCostRelaxationPropertyTest {
    private static final Budget ENOUGH = Budget.of(SolveOptions.steps(1, Long.MAX_VALUE));

    @Property(seed = "20261122", tries = 1500, shrinking = ShrinkingMode.OFF)
    void theBoundNeverExceedsTheOptimum(@ForAll long seed) {
        PlacementProblem problem = RandomProblems.of(seed, 5, 3);
        CompiledProblem p = new CompiledProblem(problem, true);
        Domain domain = Domain.whole(p);
        if (p.someOperatorHasNoMode() || !domain.propagate(CostCeiling.of(p))) return;
        TimeCostRelaxation relaxation = solved(p, domain);
        assertThat(relaxation.bound).isLessThanOrEqualTo(Exhaustive.leastCost(problem) * (1 + 1e-9) + 1e-12);
    }

    @Property(seed = "20261122", tries = 1000, shrinking = ShrinkingMode.OFF)
    void anyFlowsAndPricesGiveABound(@ForAll long seed) {
        PlacementProblem problem = RandomProblems.of(seed, 5, 3);
        CompiledProblem p = new CompiledProblem(problem, true);
        Domain domain = Domain.whole(p);
        if (p.someOperatorHasNoMode() || !domain.propagate(CostCeiling.of(p))) return;
        Random random = new Random(seed);
        Multipliers m = new Multipliers(p);
        for (int d = 0; d < p.limit.length; d++) {
            if (p.limit[d] >= CompiledProblem.UNLIMITED) continue;
            double[] edge = new double[p.edgeFrom.length];
            double[] end = new double[p.operators];
            for (int e = 0; e < edge.length; e++) edge[e] = random.nextInt(3) * random.nextDouble();
            for (int i = 0; i < end.length; i++) end[i] = random.nextInt(2) * random.nextDouble();
            m.flow(p, d, edge, end);
        }
        for (int h = 0; h < p.classes; h++) {
            m.load[h] = p.price[h] * random.nextDouble();
            m.memory[h] = p.capacityMemory[h] == 0 ? 0 : (p.price[h] - m.load[h]) * random.nextDouble();
        }
        Relaxed relaxed = new Relaxed(p, CostCeiling.of(p));
        for (int pass = 0; pass < 3; pass++) {
            assertThat(relaxed.bound(m, domain))
                    .isLessThanOrEqualTo(Exhaustive.leastCost(problem) * (1 + 1e-9) + 1e-12);
        }
    }

    @Test
    void withoutTransfersAndWeightsItIsTheValueOfTheLinearProgram() {
        for (int seed = 1; seed <= 6; seed++) {
            PlacementProblem problem = bare(AgentFamilies.layered(seed, 40, 10, 1e6));
            CompiledProblem p = new CompiledProblem(problem, true);
            Domain domain = Domain.whole(p);
            assertThat(domain.propagate(CostCeiling.of(p))).isTrue();
            double linear = linear(p, domain); // a little above: it has rows for whole devices of single modes
            assertThat(solved(p, domain).bound).isBetween(linear * (1 - 2e-4), linear * (1 + 1e-6));
        }
    }

    @Test
    void theRootBoundIsHardlyBelowThatOfSubgradientStepsAloneWhateverTheTransfers() {
        for (int seed = 1; seed <= 4; seed++) {
            for (double bytes : new double[] {1e6, 1e9}) {
                PlacementProblem problem = AgentFamilies.layered(seed, 40, 10, bytes);
                CompiledProblem p = new CompiledProblem(problem, true);
                double root = new BranchAndBound(p, new LocalSearch(p, 1), ENOUGH).root(30);
                assertThat(root).isGreaterThan(0.98 * LagrangianBound.dollarsPerHour(problem, 150));
            }
        }
    }

    @Test
    void theRoundingIsOnTimeAndNearTheBound() {
        for (int seed = 2; seed <= 3; seed++) {
            CompiledProblem p = new CompiledProblem(AgentFamilies.layered(seed, 300, 12, 1e5), true);
            Domain domain = Domain.whole(p);
            assertThat(domain.propagate(CostCeiling.of(p))).isTrue();
            TimeCostRelaxation relaxation = solved(p, domain);
            SearchState state = new SearchState(p);
            state.set(new Rounding(p, relaxation).modes());
            assertThat(state.late()).isNotPositive();
            assertThat(state.cost()).isBetween(relaxation.bound, 1.1 * relaxation.bound);
        }
    }

    private static TimeCostRelaxation solved(CompiledProblem p, Domain domain) {
        TimeCostRelaxation relaxation = new TimeCostRelaxation(p, domain, new Relaxed(p, CostCeiling.of(p)));
        relaxation.solve(Double.POSITIVE_INFINITY, ENOUGH);
        return relaxation;
    }

    private static double linear(CompiledProblem p, Domain domain) {
        LinearRelaxation linear = new LinearRelaxation(p, domain, 1);
        LinearCuts cuts = new LinearCuts(linear);
        double bound = 0;
        for (int round = 0; round < 200; round++) {
            assertThat(linear.simplex.solve(100_000, Double.POSITIVE_INFINITY, ENOUGH))
                    .isEqualTo(SimplexStatus.OPTIMAL);
            bound = Math.max(bound, linear.bound(linear.simplex.prices(), domain, 1));
            if (cuts.add() == 0) break;
        }
        return bound;
    }

    /** The problem with free links, no shared weights and every mode on a share of one device. */
    private static PlacementProblem bare(PlacementProblem problem) {
        PairCosts free = PairCosts.builder(problem.classes().size()).build();
        List<PlacementEdge> edges = problem.edges().stream()
                .map(e -> new PlacementEdge(e.from(), e.to(), free))
                .toList();
        List<OperatorModes> operators = problem.operators().stream()
                .map(o -> new OperatorModes(
                        o.name(),
                        o.modes().stream()
                                .map(m -> new Mode(
                                        m.deviceClass(),
                                        m.label(),
                                        m.seconds(),
                                        m.dollarsPerRequest(),
                                        m.load() * 1000,
                                        m.memoryBytes(),
                                        Mode.NOTHING_SHARED,
                                        0,
                                        0))
                                .toList()))
                .toList();
        return new PlacementProblem(
                problem.name(),
                problem.classes().stream()
                        .map(c -> c.withInventory(Math.min(DeviceClass.AS_MANY_AS_NEEDED, 1000 * c.inventory())))
                        .toList(),
                operators,
                edges,
                problem.requestsPerHour(),
                problem.deadlineSeconds(),
                List.of(),
                List.of());
    }
}
