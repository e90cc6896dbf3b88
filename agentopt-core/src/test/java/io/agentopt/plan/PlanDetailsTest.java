package io.agentopt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.PlanDetails.RunnerUp;
import io.agentopt.plan.PlanDetails.Worth;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a plan says of itself agrees with plans made for the question. */
class PlanDetailsTest {
    private static final Planner PLANNER = Planner.minimizeCost()
            .models(ModelCatalog.packaged().plus(PlannerTest.EMBEDDER))
            .options(SolveOptions.steps(1, 200_000));
    private static final AgentGraph<String, String> AGENT = PlannerTest.support("meta-llama/Meta-Llama-3.1-70B");
    private static final Sla SLA = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(8));

    private static Fleet fleet(int a100) {
        return Fleet.rented("mixed")
                .add("A100-80GB-SXM", a100)
                .add("H100-SXM", 64)
                .add("MI300X", 64)
                .add("CPU-32-core", 64)
                .build();
    }

    private static Plan<String, String> plan(double rate, Sla sla, Fleet fleet) {
        return PLANNER.plan(AGENT, Workload.poisson(rate), sla, fleet);
    }

    @Test
    void shadowPricesAreThoseOfPlansMadeForTheQuestion() {
        Plan<String, String> plan = plan(20, SLA, fleet(23));
        PlanDetails details = plan.insights().details().orElseThrow();
        Plan<String, String> later = plan(20, Sla.endToEnd(Percentile.P95, Duration.ofMillis(8100)), fleet(23));
        assertWorth(details, "100 ms more end-to-end SLA (p95)", later.dollarsPerHour() - plan.dollarsPerHour());
        Plan<String, String> more = plan(22, SLA, fleet(23));
        assertWorth(details, "10 % more load", more.dollarsPerHour() - plan.dollarsPerHour());
        Plan<String, String> device = plan(20, SLA, fleet(24));
        assertThat(device.dollarsPerHour()).isLessThan(plan.dollarsPerHour());
        assertWorth(details, "one more 'A100-80GB-SXM'", device.dollarsPerHour() - plan.dollarsPerHour());
        assertThat(plan.explain()).contains("one more 'A100-80GB-SXM'", "saves $");
    }

    private static void assertWorth(PlanDetails details, String change, double dollarsPerHour) {
        Worth worth = details.worth().stream()
                .filter(w -> w.change().equals(change))
                .findFirst()
                .orElseThrow();
        assertThat(worth.exact()).isTrue();
        assertThat(worth.dollarsPerHour()).isCloseTo(dollarsPerHour, within(1e-6));
    }

    @Test
    void theRunnerUpOfAnOperatorIsThePlanWithItsDeviceForbidden() {
        Plan<String, String> plan = plan(20, SLA, fleet(64));
        PlanDetails details = plan.insights().details().orElseThrow();
        assertThat(details.runnersUp())
                .extracting(r -> r.operator().toString())
                .containsExactly("embed", "think/generate.prefill", "think/generate.decode");
        for (RunnerUp r : details.runnersUp()) {
            assertThat(r.exact()).isTrue();
            assertThat(r.dollarsPerHour()).isGreaterThanOrEqualTo(-1e-9);
            PlannedOperator chosen = plan.operators().stream()
                    .filter(o -> o.id().equals(r.operator()))
                    .findFirst()
                    .orElseThrow();
            assertThat(r.place().orElseThrow()).isNotEqualTo(new Move.Place(chosen.deviceClass(), chosen.mode()));
        }
    }

    @Test
    void anOperatorWithoutAnAlternativeSaysWhatWouldBreak() {
        Fleet fleet =
                Fleet.rented("one").add("H100-SXM", 8).add("CPU-32-core", 4).build();
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofMillis(6590));
        PlanResult<String, String> result = PLANNER.solve(AGENT, Workload.poisson(0.5), sla, fleet);
        assertThat(result).isInstanceOf(PlanResult.Planned.class);
        PlanDetails details = ((PlanResult.Planned<String, String>) result)
                .plan()
                .insights()
                .details()
                .orElseThrow();
        assertThat(details.runnersUp())
                .anySatisfy(r -> assertThat(r.reason()).startsWith("nothing else keeps the limits: the nearest "));
    }

    @Test
    void detailsTravelInTheFileWhenAskedForAndAreNoPartOfThePlansValue() {
        Plan<String, String> plan = plan(20, SLA, fleet(64));
        String bare = plan.toJson();
        assertThat(bare).doesNotContain("\"details\"");
        Plan<String, String> withDetails = PlanJson.read(PlanJson.writeWithDetails(plan), "plan.json", AGENT);
        assertThat(withDetails.insights().details()).isEqualTo(plan.insights().details());
        assertThat(withDetails.explain()).isEqualTo(plan.explain());
        Plan<String, String> without = PlanJson.read(bare, "plan.json", AGENT);
        assertThat(without).isEqualTo(plan).hasSameHashCodeAs(plan);
        assertThat(without.insights().details()).isEmpty();
        assertThat(plan.toJson()).isEqualTo(bare);
    }

    @Test
    void detailsAreWorkedOutOnce() {
        AtomicInteger asked = new AtomicInteger();
        PlanDetails details = plan(20, SLA, fleet(64)).insights().details().orElseThrow();
        Insights lazy = Insights.lazy(() -> {
            asked.incrementAndGet();
            return details;
        });
        assertThat(lazy).hasToString("not asked for yet").isEqualTo(Insights.none());
        assertThat(lazy.details()).contains(details);
        assertThat(lazy.details()).contains(details);
        assertThat(asked).hasValue(1);
    }

    @Test
    void aLimitSaysWhatIsLeft() {
        PlanDetails details = plan(20, SLA, fleet(64)).insights().details().orElseThrow();
        assertThat(details.limits().getFirst().name()).isEqualTo("end-to-end mean");
        assertThat(details.limits().getFirst().slack()).isBetween(0.0, 1.0);
    }
}
