package io.agentopt.plan;

import static io.agentopt.plan.PlanFixtures.PLANNER;
import static io.agentopt.plan.PlanFixtures.SLA;
import static io.agentopt.plan.PlanFixtures.SMALL;
import static io.agentopt.plan.PlanFixtures.SOME;
import static io.agentopt.plan.PlanFixtures.ask;
import static io.agentopt.plan.PlanFixtures.fleet;
import static io.agentopt.plan.PlanFixtures.none;
import static io.agentopt.plan.PlanFixtures.operator;
import static io.agentopt.plan.PlanFixtures.planned;
import static io.agentopt.plan.PlanFixtures.sla;
import static io.agentopt.plan.PlanFixtures.two;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.cost.engine.EngineCostModel;
import io.agentopt.graph.NodeOptions;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.Fleet;
import io.agentopt.hardware.HostedEndpoint;
import io.agentopt.hardware.Link;
import io.agentopt.hardware.Price;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Zones, pairs without traffic, co-location, limits per token, links. */
class PlacementWishesTest {
    private static final NodeOptions EU = NodeOptions.NONE.zones("eu");

    @Test
    void dataStaysInItsZones() {
        Plan<?, ?> plan = planned(PLANNER.solve(ask(EU), SOME, SLA, zoned("eu", "us", "eu")));
        assertThat(operator(plan, "ask.prefill").deviceClass()).isEqualTo("A100-80GB-SXM");
        assertThat(operator(plan, "text").deviceClass()).isEqualTo("CPU-32-core");
        Plan<?, ?> free = planned(PLANNER.solve(ask(), SOME, SLA, zoned("eu", "us", "eu")));
        assertThat(operator(free, "ask.prefill").deviceClass()).isEqualTo("L4"); // cheaper where it may
    }

    @Test
    void zonesThatExcludeEveryClassNameNodeZonesAndClasses() {
        var none = none(PLANNER.solve(ask(EU), SOME, SLA, zoned("us", "us", "")));
        assertThat(none.constraint()).isEqualTo("residency");
        assertThat(none.proved()).isTrue();
        assertThat(none.message())
                .contains(
                        "'ask.prefill' of graph 'g'",
                        "CPU-32-core: it lies in zone 'us', but the data of node 'ask' must stay in [eu]",
                        "L4: it lies in zone 'us'",
                        "A100-80GB-SXM: its zone is not stated");
        assertThat(none.fix())
                .isEqualTo(
                        "Add a member in zone [eu] that can, state the zone of one that lies there, or allow 'ask' more zones.");
    }

    @Test
    void whoeverTakesTheResultIsBoundByItsZones() {
        var none = none(PLANNER.solve(ask(EU), SOME, SLA, zoned("us", "us", "eu"))); // the host of 'text' is elsewhere
        assertThat(none.constraint()).isEqualTo("residency");
        assertThat(none.message()).contains("can run 'text'", "the data of node 'ask' must stay in [eu]");
    }

    @Test
    void anEndpointHasAZoneAsWell() {
        HostedEndpoint cheap = HostedEndpoint.of("hosted", SMALL, 0.001, 0.001, 0.1, 200);
        Workload few = Workload.poisson(0.1);
        assertThat(planned(PLANNER.solve(ask(EU), few, SLA, with(zoned("eu", "us", "eu"), cheap.in("us"))))
                        .figures()
                        .endpoints())
                .isEmpty();
        assertThat(planned(PLANNER.solve(ask(EU), few, SLA, with(zoned("eu", "us", "eu"), cheap.in("eu"))))
                        .figures()
                        .endpoints())
                .hasSize(1);
    }

    @Test
    void nothingFlowsBetweenAForbiddenPair() {
        Fleet.Builder all =
                Fleet.rented("fleet").add("CPU-32-core", 64).add("L4", 64).add("A100-80GB-SXM", 64);
        NodeOptions l4 = NodeOptions.NONE.pinnedTo("L4");
        Fleet apart = all.forbid("CPU-32-core", "L4").build();
        var none = none(PLANNER.solve(ask(l4), SOME, SLA, apart));
        assertThat(none.constraint()).isEqualTo("link");
        assertThat(operator(planned(PLANNER.solve(ask(), SOME, SLA, apart)), "ask.prefill")
                        .deviceClass())
                .isEqualTo("A100-80GB-SXM");
        assertThatThrownBy(
                        () -> Fleet.rented("f").add("L4", 1).forbid("L4", "L5").build())
                .hasMessageContaining("'L4' and 'L5', of which one is none of its members [L4]");
        assertThatThrownBy(
                        () -> Fleet.rented("f").add("L4", 1).forbid("L4", "L4").build())
                .hasMessageContaining("forbids traffic within 'L4'");
        assertThatThrownBy(() -> Fleet.rented("f")
                        .add("L4", 1)
                        .add("H100-SXM", 1)
                        .link("H100-SXM", "L4", Link.DEFAULT_NETWORK)
                        .forbid("L4", "H100-SXM")
                        .build())
                .hasMessageContaining("both links 'H100-SXM' and 'L4' and forbids");
    }

    @Test
    void nodesThatAreToBeTogetherAre() {
        NodeOptions a100 = NodeOptions.NONE.pinnedTo("A100-80GB-SXM");
        Fleet all = fleet("CPU-32-core", "L4", "A100-80GB-SXM");
        Plan<?, ?> apart = planned(PLANNER.solve(two(a100, NodeOptions.NONE), SOME, SLA, all));
        Plan<?, ?> together = planned(PLANNER.colocate("a", "b").solve(two(a100, NodeOptions.NONE), SOME, SLA, all));
        for (String id : new String[] {"a.prefill", "a.decode", "b.prefill", "b.decode"})
            assertThat(operator(together, id).deviceClass()).isEqualTo("A100-80GB-SXM");
        assertThat(together.dollarsPerHour())
                .isGreaterThanOrEqualTo(apart.bound().dollarsPerHour());
    }

    @Test
    void contradictionsAreNamedBeforeAnySearch() {
        var apart = none(PLANNER.colocate("a", "b")
                .solve(
                        two(NodeOptions.NONE.pinnedTo("L4"), NodeOptions.NONE.pinnedTo("A100-80GB-SXM")),
                        SOME,
                        SLA,
                        fleet("CPU-32-core", "L4", "A100-80GB-SXM")));
        assertThat(apart.constraint()).isEqualTo("colocation");
        assertThat(apart.proved()).isTrue();
        assertThat(apart.message())
                .contains("graph 'two'", "'a.prefill' can run on [L4]", "'b.decode' can run on [A100-80GB-SXM]");
        assertThatThrownBy(() -> PLANNER.colocate("a", "c")
                        .solve(two(NodeOptions.NONE, NodeOptions.NONE), SOME, SLA, fleet("CPU-32-core", "L4")))
                .hasMessageContaining("Graph 'two' has no operator 'c' to co-locate. Did you mean one of [");
        assertThatThrownBy(() -> PLANNER.colocate("a", "a")).hasMessageContaining("at least two different ones");
        assertThatThrownBy(() -> ask(NodeOptions.NONE.pinnedTo("L4").forbid("L4")))
                .hasMessageContaining("both pinned and forbidden");
        assertThatThrownBy(() -> new DeviceClass("x", DeviceCatalog.packaged().find("L4"), 0, Price.rented()))
                .hasMessageContaining("The count (0) of device class 'x' must be at least 1");
        assertThatThrownBy(() -> NodeOptions.NONE.zones(" ")).hasMessageContaining("blank");
    }

    @Test
    void tokensThatComeTooSlowlyAreNoMode() {
        Sla perToken = sla(60_000).perToken(Duration.ofMillis(15));
        Plan<?, ?> plan = planned(PLANNER.solve(ask(), SOME, perToken, fleet("CPU-32-core", "L4", "H100-SXM")));
        assertThat(plan.figures().perTokenSeconds().orElseThrow()).isLessThanOrEqualTo(0.015);
        assertThat(operator(plan, "ask.decode").seconds() / 119)
                .isEqualTo(plan.figures().perTokenSeconds().orElseThrow());
        var none = none(
                PLANNER.solve(ask(), SOME, sla(60_000).perToken(Duration.ofNanos(1000)), fleet("CPU-32-core", "L4")));
        assertThat(none.message())
                .contains("'ask.decode'", "L4: tp=1 batch=1 fp16 takes", "per token, above the mean of 1.00 us");
    }

    @Property(seed = "20261122", tries = 80)
    void everyPlanKeepsTheLimitPerToken(
            @ForAll long seed,
            @ForAll @IntRange(min = 5, max = 80) int millis,
            @ForAll @DoubleRange(min = 0.1, max = 40) double rate) {
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofMinutes(2)).perToken(Duration.ofMillis(millis));
        var result = PLANNER.solve(
                RandomAgents.agent(seed, 3), Workload.poisson(rate), sla, fleet("CPU-32-core", "L4", "H100-SXM"));
        if (result instanceof PlanResult.Planned<String, String>)
            assertThat(planned(result).figures().perTokenSeconds().orElse(0)).isLessThanOrEqualTo(millis / 1e3 / 1.94);
    }

    @Test
    void aLinkCarriesItsRateTimesTheDevicesOfTheSmallerClassUpToTheCap() {
        Fleet fleet = Fleet.rented("fleet")
                .add("CPU-32-core", 2)
                .add("A100-80GB-SXM", 64)
                .link("CPU-32-core", "A100-80GB-SXM", Link.network(1e8, 1e-6))
                .build();
        var graph = ask(NodeOptions.NONE.outputBytes(1e8).pinnedTo("A100-80GB-SXM")); // to a function on the host
        planned(PLANNER.solve(graph, Workload.poisson(1.39), sla(600_000), fleet)); // 139 of 140 MB/s
        var none = none(PLANNER.solve(graph, Workload.poisson(1.41), sla(600_000), fleet));
        assertThat(none.constraint()).isEqualTo("bandwidth");
        assertThat(none.proved()).isTrue();
        assertThat(none.message())
                .contains("links of fleet 'fleet' cannot carry the data of graph 'g' at 1.41 requests/s");
        assertThat(none.fix()).contains("from 'A100-80GB-SXM' to 'CPU-32-core'", "141 MB/s");
    }

    @Test
    void aLinkThatAllDataTogetherCannotFillIsNoConstraint() {
        PlanningSettings settings = PlanningSettings.of(
                ModelCatalog.packaged(),
                EngineCostModel.generic(),
                PlacementSolver.portfolio(),
                SolveOptions.steps(1, 1));
        for (double bytes : new double[] {4096, 1e9}) {
            var graph = ask(NodeOptions.NONE.outputBytes(bytes));
            Fleet all = fleet("CPU-32-core", "L4", "A100-80GB-SXM");
            var problem = PlanningProblem.of(graph, Workload.poisson(2000), SLA, all, settings)
                    .problem(Workload.poisson(2000), SLA, all, settings);
            assertThat(problem.links()).hasSize(bytes > 1e6 ? 6 : 0);
        }
    }

    private static Fleet zoned(String cpu, String l4, String a100) {
        Fleet.Builder fleet = Fleet.rented("zoned");
        String[][] members = {{"CPU-32-core", cpu}, {"L4", l4}, {"A100-80GB-SXM", a100}};
        for (String[] m : members) {
            DeviceClass c = new DeviceClass(m[0], DeviceCatalog.packaged().find(m[0]), 64, Price.rented());
            fleet.add(m[1].isEmpty() ? c : c.in(m[1]));
        }
        return fleet.build();
    }

    private static Fleet with(Fleet fleet, HostedEndpoint endpoint) {
        return new Fleet(fleet.name(), fleet.classes(), fleet.network(), fleet.links(), Set.of(), List.of(endpoint));
    }
}
