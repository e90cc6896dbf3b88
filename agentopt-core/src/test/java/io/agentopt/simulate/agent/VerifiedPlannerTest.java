package io.agentopt.simulate.agent;

import static io.agentopt.simulate.agent.SmallAgents.FLEET;
import static io.agentopt.simulate.agent.SmallAgents.PLANNER;
import static io.agentopt.simulate.agent.SmallAgents.SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.hardware.Fleet;
import io.agentopt.plan.InfeasiblePlanException;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlanJson;
import io.agentopt.plan.PlanResult;
import io.agentopt.plan.SimulatedCheck;
import io.agentopt.workload.Arrivals;
import io.agentopt.workload.Margins;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class VerifiedPlannerTest {
    private static final VerifiedPlanner VERIFIED = VerifiedPlanner.of(PLANNER, SHORT);
    private static final Workload SIX = Workload.poisson(6);

    @Test
    void aPlanThatMissesIsTightened() {
        Sla sla = SmallAgents.p95(5);
        Plan<String, String> unchecked = PLANNER.plan(SmallAgents.mapReduce(), SIX, sla, FLEET);
        assertThat(simulatedP95(unchecked)).isGreaterThan(5);
        Plan<String, String> plan = VERIFIED.plan(SmallAgents.mapReduce(), SIX, sla, FLEET);
        assertThat(simulatedP95(plan)).isLessThanOrEqualTo(5);
        assertThat(plan.sla().margins().endToEnd()).isGreaterThan(Percentile.P95.margin());
        SimulatedCheck check = plan.check().orElseThrow();
        assertThat(check.rounds()).isGreaterThan(1);
        assertThat(check.attainment()).isGreaterThanOrEqualTo(0.95);
        assertThat(check.seconds()).isEqualTo(simulatedP95(plan));
    }

    @Test
    void aPlanFarWithinIsLoosenedWhenThatSavesMoney() {
        Sla careful = SmallAgents.p95(25).margins(new Margins(16, 16));
        Plan<String, String> unchecked = PLANNER.plan(SmallAgents.answer(), SIX, careful, FLEET);
        Plan<String, String> plan = VERIFIED.plan(SmallAgents.answer(), SIX, careful, FLEET);
        assertThat(plan.dollarsPerHour()).isLessThan(unchecked.dollarsPerHour());
        assertThat(simulatedP95(plan)).isLessThanOrEqualTo(25);
    }

    @Test
    void theCheckIsInTextAndFile() {
        Plan<String, String> plan = VERIFIED.plan(SmallAgents.loop(), SIX, SmallAgents.p95(6), FLEET);
        assertThat(plan.explain())
                .contains("  simulated    p95 ")
                .contains("over 1500 requests")
                .contains("seed 1)");
        assertThat(PlanJson.read(plan.toJson(), "plan.json", plan.graph())).isEqualTo(plan);
        Plan<String, String> again = VERIFIED.plan(SmallAgents.loop(), SIX, SmallAgents.p95(6), FLEET);
        assertThat(again.toJson()).isEqualTo(plan.toJson());
    }

    @Test
    void aPercentileOutOfReachNamesTheOperatorThatQueues() {
        Fleet one = Fleet.rented("one").add("L4", 1).add("CPU-32-core", 1).build();
        PlanResult<String, String> result = VerifiedPlanner.of(PLANNER, SHORT.arrivals(new Arrivals.Poisson(40)))
                .solve(SmallAgents.answer(), Workload.poisson(0.05), SmallAgents.p95(60), one);
        assertThat(result).isInstanceOfSatisfying(PlanResult.Infeasible.class, none -> {
            assertThat(none.constraint()).isEqualTo("percentile");
            assertThat(none.message())
                    .contains("No plan of graph 'answer' held its p95 limit")
                    .contains("'answer.");
            assertThat(none.fix()).contains("Relax the limit");
            assertThat(none.proved()).isFalse();
        });
        assertThatThrownBy(result::orThrow).isInstanceOf(InfeasiblePlanException.class);
    }

    @Test
    void whatNoPlanCanKeepStaysThePlannersOwnAnswer() {
        PlanResult<String, String> result = VERIFIED.solve(SmallAgents.answer(), SIX, SmallAgents.p95(0.05), FLEET);
        assertThat(result).isInstanceOfSatisfying(PlanResult.Infeasible.class, none -> {
            assertThat(none.constraint()).isEqualTo("deadline");
            assertThat(none.proved()).isTrue();
        });
    }

    @Test
    void theFirstTokenHasAMarginOfItsOwn() {
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(9)).firstToken(Duration.ofMillis(600));
        Plan<String, String> plan = VERIFIED.plan(SmallAgents.answer(), SIX, sla, FLEET);
        assertThat(plan.check().orElseThrow().firstTokenSeconds().orElseThrow()).isLessThanOrEqualTo(0.6);
        assertThat(plan.explain()).contains("first token");
    }

    @Test
    void noRoundsAreAnError() {
        assertThatThrownBy(() -> VERIFIED.rounds(0)).hasMessageContaining("rounds (0)");
    }

    private static double simulatedP95(Plan<?, ?> plan) {
        return PlanSimulation.of(plan, FLEET, PLANNER.models(), PLANNER.costModel())
                .run(SHORT)
                .endToEnd()
                .p95();
    }
}
