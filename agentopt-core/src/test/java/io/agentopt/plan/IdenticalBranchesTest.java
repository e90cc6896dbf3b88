package io.agentopt.plan;

import static io.agentopt.plan.PlanFixtures.PLANNER;
import static io.agentopt.plan.PlanFixtures.fleet;
import static io.agentopt.plan.PlanFixtures.mapReduce;
import static io.agentopt.plan.PlanFixtures.planned;
import static io.agentopt.plan.PlanFixtures.sla;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.Fleet;
import io.agentopt.plan.granular.GranularEdge;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.granular.PlanningUnits;
import io.agentopt.workload.Workload;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class IdenticalBranchesTest {
    private static final Fleet FLEET = fleet("CPU-32-core", "L4", "A100-80GB-SXM", "H100-SXM");

    @Test
    void aHundredBranchesArePlannedAsOneAndWrittenOut() {
        AgentGraph<String, String> agent = mapReduce(128);
        GranularGraph full = GranularGraph.of(agent);
        PlanningUnits units = PlanningUnits.of(full, Optional.empty(), id -> "");
        assertThat(full.operators().size()).isGreaterThan(600);
        assertThat(units.members().size()).isLessThan(25);
        Plan<String, String> plan = planned(PLANNER.solve(agent, Workload.poisson(1), sla(30_000), FLEET));
        assertThat(plan.operators()).hasSize(full.operators().size() - 2);
        Set<String> classes = new HashSet<>();
        double load = 0;
        for (PlannedOperator o : plan.operators()) {
            if (!o.id().path().startsWith("map") || o.id().phase() != OperatorId.Phase.DECODE) continue;
            classes.add(o.deviceClass() + " " + o.mode());
            load += o.load();
            assertThat(o.visits()).isEqualTo(1);
        }
        assertThat(classes).hasSize(1);
        PlannedOperator one = PlanFixtures.operator(plan, "map0.decode");
        assertThat(load).isCloseTo(128 * one.load(), within(1e-9));
        assertThat(plan.notes())
                .anySatisfy(n -> assertThat(n).startsWith("Identical branches are planned as one, and run alike: 128"));
    }

    @Test
    void aFewBranchesArePlannedOneByOne() {
        GranularGraph full = GranularGraph.of(mapReduce(3));
        assertThat(PlanningUnits.of(full, Optional.empty(), id -> "").members())
                .hasSize(full.operators().size());
    }

    @Test
    void aBranchThatAWishNamesIsPlannedByItself() {
        Planner together = PLANNER.colocate("map7", "reduce");
        Plan<String, String> plan = planned(together.solve(mapReduce(16), Workload.poisson(1), sla(30_000), FLEET));
        String where = PlanFixtures.operator(plan, "reduce.prefill").deviceClass();
        assertThat(PlanFixtures.operator(plan, "map7.prefill").deviceClass()).isEqualTo(where);
        assertThat(PlanFixtures.operator(plan, "map7.decode").deviceClass()).isEqualTo(where);
        GranularGraph full = GranularGraph.of(mapReduce(16));
        PlanningUnits units =
                PlanningUnits.of(full, Optional.empty(), id -> id.path().equals("map7") ? "map7" : "");
        assertThat(units.members().stream().filter(m -> m.contains(OperatorId.prefill("map7"))))
                .containsExactly(List.of(OperatorId.prefill("map7")));
    }

    /** What joining may not change: visits, and every longest path when members run alike. */
    @Property(seed = "20261122", tries = 200)
    void unitsHaveTheVisitsAndPathsOfTheirMembers(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int branches) {
        AgentGraph<String, String> agent = seed % 3 == 0 ? mapReduce(branches) : RandomAgents.agent(seed, 4);
        GranularGraph full = GranularGraph.of(agent);
        GranularGraph worst = GranularGraph.worstCase(agent);
        PlanningUnits units = PlanningUnits.of(full, Optional.of(worst), id -> "");
        double[] sum = new double[units.members().size()];
        for (int i = 0; i < full.operators().size(); i++)
            sum[units.group().get(i)] += full.operators().get(i).visits();
        for (int u = 0; u < sum.length; u++)
            assertThat(units.graph().operators().get(u).visits()).isCloseTo(sum[u], within(1e-9 * (1 + sum[u])));
        double[] seconds = new java.util.Random(seed).doubles(sum.length).toArray();
        double[] copied = units.group().stream().mapToDouble(u -> seconds[u]).toArray();
        assertThat(longest(units.graph(), seconds)).isCloseTo(longest(full, copied), within(1e-9));
        assertThat(longest(units.worstCase().orElseThrow(), seconds)).isCloseTo(longest(worst, copied), within(1e-9));
        double crossed =
                units.edgeRuns().stream().mapToDouble(Double::doubleValue).sum();
        double runs = full.edges().stream()
                .mapToDouble(e -> full.operators().get(e.to()).visits())
                .sum();
        assertThat(crossed).isCloseTo(runs, within(1e-9 * (1 + runs)));
    }

    /** The longest path by repeated relaxation: edges between units need not go forward. */
    private static double longest(GranularGraph g, double[] seconds) {
        int n = g.operators().size();
        double[] finish = new double[n];
        for (int i = 0; i < n; i++) finish[i] = own(g, seconds, i);
        boolean changed = true;
        while (changed) {
            changed = false;
            for (GranularEdge e : g.edges()) {
                double later = finish[e.from()] + own(g, seconds, e.to());
                if (later > finish[e.to()] + 1e-12) {
                    finish[e.to()] = later;
                    changed = true;
                }
            }
        }
        double longest = 0;
        for (double f : finish) longest = Math.max(longest, f);
        return longest;
    }

    private static double own(GranularGraph g, double[] seconds, int i) {
        GranularOperator o = g.operators().get(i);
        return seconds[i] * o.pathVisits();
    }
}
