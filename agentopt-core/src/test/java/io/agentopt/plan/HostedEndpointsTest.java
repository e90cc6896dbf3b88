package io.agentopt.plan;

import static io.agentopt.plan.PlanFixtures.PLANNER;
import static io.agentopt.plan.PlanFixtures.SLA;
import static io.agentopt.plan.PlanFixtures.SMALL;
import static io.agentopt.plan.PlanFixtures.ask;
import static io.agentopt.plan.PlanFixtures.none;
import static io.agentopt.plan.PlanFixtures.operator;
import static io.agentopt.plan.PlanFixtures.planned;
import static io.agentopt.plan.PlanFixtures.sla;
import static io.agentopt.plan.PlanFixtures.two;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.graph.NodeOptions;
import io.agentopt.hardware.Fleet;
import io.agentopt.hardware.HostedEndpoint;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class HostedEndpointsTest {
    private static final HostedEndpoint HOSTED = HostedEndpoint.of("hosted", SMALL, 0.05, 0.2, 0.3, 100);

    @Test
    void aFewCallsAreCheaperByTokenAndManyByTheHour() {
        Plan<?, ?> few = planned(PLANNER.solve(ask(), Workload.poisson(0.1), SLA, fleet(HOSTED)));
        assertThat(operator(few, "ask.prefill").deviceClass()).isEqualTo("hosted");
        assertThat(operator(few, "ask.decode").deviceClass()).isEqualTo("hosted");
        assertThat(operator(few, "ask.prefill").seconds()).isEqualTo(0.3);
        assertThat(operator(few, "ask.decode").seconds()).isCloseTo(119 / 100.0, within(1e-12));
        PlannedEndpoint used = few.figures().endpoints().getFirst();
        double perCall = (500 * 0.05 + 120 * 0.2) / 1e6;
        assertThat(used.dollarsPerHour()).isCloseTo(perCall * 360, within(1e-9));
        assertThat(used.requestsPerSecond()).isCloseTo(0.1, within(1e-12));
        assertThat(used.tokensPerMinute()).isCloseTo(620 * 6, within(1e-9));
        double devices = few.devices().stream()
                .mapToDouble(PlannedDevices::dollarsPerHour)
                .sum();
        assertThat(few.dollarsPerHour()).isCloseTo(devices + perCall * 360, within(1e-9));
        assertThat(few.devices()).noneMatch(d -> d.deviceClass().equals("hosted"));
        assertThat(few.notes()).anySatisfy(n -> assertThat(n).startsWith("Endpoint 'hosted' is paid by token: $"));
        assertThat(few.figures().watts()).isEmpty();
        Plan<?, ?> many = planned(PLANNER.solve(ask(), Workload.poisson(200), SLA, fleet(HOSTED)));
        assertThat(many.figures().endpoints()).isEmpty();
    }

    @Test
    void aRateLimitIsKeptUpToTheCap() {
        HostedEndpoint slow = HOSTED.atMostRequestsPerSecond(10);
        assertThat(usesEndpoint(6.9, slow, sla(2000))).isTrue();
        assertThat(usesEndpoint(7.1, slow, sla(2000))).isFalse(); // 70 % of the limit
        HostedEndpoint small = HOSTED.atMostTokensPerMinute(620 * 60 * 10);
        assertThat(usesEndpoint(6.9, small, sla(2000))).isTrue();
        assertThat(usesEndpoint(7.1, small, sla(2000))).isFalse();
        var none =
                none(PLANNER.solve(ask(NodeOptions.NONE.pinnedTo("hosted")), Workload.poisson(20), SLA, fleet(slow)));
        assertThat(none.message()).contains("3 times the rate limits of endpoint 'hosted'");
        assertThat(none.fix())
                .isEqualTo(
                        "To make a plan possible, raise the rate limits of endpoint 'hosted' to 3 times what they are.");
    }

    /** The first call costs so much on devices that only the endpoint counts: L4s at a rate that needs many. */
    private static boolean usesEndpoint(double rate, HostedEndpoint endpoint, io.agentopt.workload.Sla sla) {
        Fleet fleet = Fleet.rented("fleet")
                .add("CPU-32-core", 4)
                .add(new io.agentopt.hardware.DeviceClass(
                        "dear",
                        io.agentopt.hardware.DeviceCatalog.packaged().find("H100-SXM"),
                        64,
                        io.agentopt.hardware.Price.fixed(1000)))
                .endpoint(endpoint)
                .build();
        return !planned(PLANNER.solve(ask(), Workload.poisson(rate), sla, fleet))
                .figures()
                .endpoints()
                .isEmpty();
    }

    @Property(seed = "20261122", tries = 60)
    void aCallIsWhollyOnAnEndpointOrNotAtAll(
            @ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 30) double rate) {
        Random random = new Random(seed);
        HostedEndpoint other = HostedEndpoint.of("other", SMALL, random.nextDouble(), random.nextDouble(), 0.1, 200);
        Plan<?, ?> plan = planned(PLANNER.solve(
                two(NodeOptions.NONE, NodeOptions.NONE),
                Workload.poisson(rate),
                sla(2_000 + random.nextInt(20_000)),
                fleet(HOSTED, other)));
        for (String node : List.of("a", "b")) {
            String prefill = operator(plan, node + ".prefill").deviceClass();
            String decode = operator(plan, node + ".decode").deviceClass();
            if (!prefill.equals(decode))
                assertThat(List.of(prefill, decode)).doesNotContainAnyElementsOf(List.of("hosted", "other"));
        }
    }

    @Test
    void whatAnEndpointCannotDoIsSaid() {
        HostedEndpoint another = HostedEndpoint.of("hosted", "Qwen/Qwen3-8B", 1, 1, 0.3, 100);
        var model =
                none(PLANNER.solve(ask(NodeOptions.NONE.pinnedTo("hosted")), Workload.poisson(1), SLA, fleet(another)));
        assertThat(model.message()).contains("hosted: it does not offer model '" + SMALL + "' but [Qwen/Qwen3-8B]");
        var slow = none(PLANNER.solve(
                ask(NodeOptions.NONE.pinnedTo("hosted")),
                Workload.poisson(1),
                SLA.perToken(Duration.ofMillis(9)),
                fleet(HOSTED)));
        assertThat(slow.message()).contains("hosted: hosted takes 10.0 ms per token, above the mean of 9.00 ms");
    }

    @Test
    void numbersTooLargeToCountAreRefusedByName() {
        NodeOptions there = NodeOptions.NONE.pinnedTo("hosted");
        HostedEndpoint dear = HostedEndpoint.of("hosted", SMALL, 1e308, 0, 0.3, 100);
        assertThat(none(PLANNER.solve(ask(there), Workload.poisson(1), SLA, fleet(dear)))
                        .message())
                .contains("hosted: it would take ", "dollars per request; plans count to");
        for (HostedEndpoint narrow :
                List.of(HOSTED.atMostRequestsPerSecond(1e-300), HOSTED.atMostTokensPerMinute(1e-300))) {
            assertThat(none(PLANNER.solve(ask(there), Workload.poisson(1), SLA, fleet(narrow)))
                            .message())
                    .contains("rate limit", "; plans count to");
        }
        HostedEndpoint slow = HostedEndpoint.of("hosted", SMALL, 0, 0, 1e300, 1e-300);
        assertThat(none(PLANNER.solve(ask(there), Workload.poisson(1), SLA, fleet(slow)))
                        .message())
                .contains("seconds on the longest path; plans count to");
        var ages = SLA.worstCase(Duration.ofSeconds(Long.MAX_VALUE)).perToken(Duration.ofSeconds(Long.MAX_VALUE));
        planned(PLANNER.solve(ask(), Workload.poisson(Double.MIN_VALUE), ages, fleet(HOSTED)));
        planned(Planner.minimizeEnergy()
                .options(io.agentopt.plan.solve.SolveOptions.steps(1, 20_000))
                .solve(ask(), Workload.poisson(1e-300), SLA, fleet(HOSTED)));
    }

    private static Fleet fleet(HostedEndpoint... endpoints) {
        Fleet.Builder fleet =
                Fleet.rented("fleet").add("CPU-32-core", 64).add("L4", 64).add("A100-80GB-SXM", 64);
        for (HostedEndpoint e : endpoints) fleet.endpoint(e);
        return fleet.build();
    }
}
