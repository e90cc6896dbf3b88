package io.agentopt.plan.granular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.graph.AgentGraph;
import io.agentopt.plan.RandomAgents;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class UnfoldingPropertyTest {
    @Property(seed = "20261122", tries = 400)
    void theLongestPathIsTheExpectedTimeOfTheRegions(@ForAll long seed, @ForAll @IntRange(max = 6) int widest) {
        AgentGraph<String, String> agent = RandomAgents.agent(seed, widest);
        GranularGraph graph = GranularGraph.of(agent);
        ExpectedTimes expected = ExpectedTimes.of(agent);
        assertThat(LongestPath.ofUnits(graph)).isCloseTo(expected.seconds(), within(1e-9 * (1 + expected.seconds())));
    }

    @Property(seed = "20261122", tries = 200)
    void visitsAreTheProductOfTheRates(@ForAll long seed, @ForAll @IntRange(max = 6) int widest) {
        AgentGraph<String, String> agent = RandomAgents.agent(seed, widest);
        var visits = ExpectedTimes.of(agent).visits();
        GranularGraph graph = GranularGraph.of(agent);
        assertThat(graph.operators()).hasSize(visits.size() + 2);
        for (GranularOperator o : graph.operators()) {
            if (o.call().isEmpty()) continue;
            assertThat(o.visits()).as("visits of %s", o.id()).isCloseTo(visits.get(o.id()), within(1e-12 * 1000));
            assertThat(o.pathVisits()).isBetween(0.0, o.visits() * (1 + 1e-12));
        }
    }

    @Property(seed = "20261122", tries = 200)
    void edgesGoForwardOnceAndEverythingReachesTheOutput(@ForAll long seed, @ForAll @IntRange(max = 6) int widest) {
        GranularGraph graph = GranularGraph.of(RandomAgents.agent(seed, widest));
        int output = graph.operators().size() - 1;
        assertThat(graph.operators().getFirst().id()).isEqualTo(GranularGraph.INPUT);
        assertThat(graph.operators().getLast().id()).isEqualTo(GranularGraph.OUTPUT);
        Set<Long> seen = new HashSet<>();
        Set<Integer> continued = new HashSet<>();
        Set<Integer> fed = new HashSet<>();
        for (GranularEdge e : graph.edges()) {
            assertThat(e.from()).isLessThan(e.to());
            assertThat(seen.add((long) e.from() << 32 | e.to())).isTrue();
            continued.add(e.from());
            fed.add(e.to());
        }
        for (int i = 0; i < output; i++) assertThat(continued).contains(i); // forward edges: so each reaches the last
        for (int i = 1; i <= output; i++) assertThat(fed).contains(i);
    }
}
