package io.agentopt.simulate.agent;

import static io.agentopt.simulate.agent.SmallAgents.FLEET;
import static io.agentopt.simulate.agent.SmallAgents.PLANNER;
import static io.agentopt.simulate.agent.SmallAgents.SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.graph.AgentGraph;
import io.agentopt.plan.Plan;
import io.agentopt.plan.RandomAgents;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.simulate.agent.PlanSimulationReport.OperatorTimes;
import io.agentopt.workload.Arrivals;
import io.agentopt.workload.Workload;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PlanSimulationTest {
    @Test
    void equalSeedsGiveEqualReportsAndOthersDoNot() {
        Plan<String, String> plan = plan(SmallAgents.loop(), 4, 8);
        assertThat(run(plan, SHORT)).isEqualTo(run(plan, SHORT));
        assertThat(run(plan, SHORT.seed(2))).isNotEqualTo(run(plan, SHORT));
    }

    /** With nothing to wait for and nothing that varies, a request takes what the plan says. */
    @Test
    void aLoneRequestTakesThePlannedTime() {
        Plan<String, String> plan = plan(SmallAgents.answer(), 0.001, 30);
        PlanSimulationReport report =
                run(plan, SHORT.requests(100).variation(Variation.NONE).arrivals(new Arrivals.GammaGaps(0.001, 0.01)));
        assertThat(report.endToEnd().mean()).isCloseTo(plan.endToEndSeconds(), within(0.02 * plan.endToEndSeconds()));
        assertThat(report.endToEnd().p99()).isCloseTo(report.endToEnd().p50(), within(1e-6));
    }

    @Test
    void operatorsRunAsOftenAsPlanned() {
        Plan<String, String> plan = plan(SmallAgents.loop(), 4, 8);
        PlanSimulationReport report = run(plan, SHORT.requests(4000));
        plan.operators().forEach(o -> assertThat(runs(report, o.id())).isCloseTo(o.visits(), within(0.08)));
        assertThat(runs(run(plan(SmallAgents.mapReduce(), 2, 12), SHORT), OperatorId.decode("parts/note")))
                .isEqualTo(6);
    }

    @Test
    void moreLoadIsMoreTimeAndMoreUse() {
        Plan<String, String> plan = plan(SmallAgents.answer(), 8, 9);
        PlanSimulationReport calm = run(plan, SHORT.arrivals(new Arrivals.Poisson(4)));
        PlanSimulationReport full = run(plan, SHORT.arrivals(new Arrivals.Poisson(14)));
        PlanSimulationReport bursts = run(plan, SHORT.arrivals(new Arrivals.GammaGaps(14, 8)));
        assertThat(full.endToEnd().p95()).isGreaterThan(calm.endToEnd().p95());
        assertThat(bursts.endToEnd().p95()).isGreaterThan(full.endToEnd().p95());
        assertThat(full.dollarsPerRequest()).isLessThan(calm.dollarsPerRequest());
        assertThat(full.joulesPerRequest().orElseThrow())
                .isLessThan(calm.joulesPerRequest().orElseThrow());
        full.devices().forEach(d -> assertThat(d.utilisation()).isBetween(0.0, 1.0));
    }

    @Test
    void aFailureIsInTheTailAndNothingIsLost() {
        Plan<String, String> plan = plan(SmallAgents.answer(), 8, 9);
        String gpu = plan.placement().of(OperatorId.decode("answer"));
        PlanSimulationReport whole = run(plan, SHORT);
        PlanSimulationReport broken = run(plan, SHORT.failures(List.of(new DeviceFailure(gpu, 60, 60))));
        assertThat(broken.endToEnd().count()).isEqualTo(whole.endToEnd().count());
        assertThat(broken.endToEnd().max()).isGreaterThan(whole.endToEnd().max() + 10);
        assertThat(broken.endToEndAttainment()).isLessThan(whole.endToEndAttainment());
    }

    @Test
    void aFailureOfWhatThePlanDoesNotUseIsAnError() {
        Plan<String, String> plan = plan(SmallAgents.answer(), 8, 9);
        assertThatThrownBy(() -> run(plan, SHORT.failures(List.of(new DeviceFailure("TPU", 1, 1)))))
                .hasMessageContaining("no server of a language model on 'TPU'");
    }

    @Test
    void impossibleOptionsAreErrors() {
        assertThatThrownBy(() -> SHORT.requests(10)).hasMessageContaining("Take at least 100");
        assertThatThrownBy(() -> new Variation(0, -1, 0, 0)).hasMessageContaining("outputCv2 (-1.0)");
        assertThatThrownBy(() -> new DeviceFailure("a", -1, 1)).hasMessageContaining("failure of 'a'");
    }

    /** Any agent: all requests end, and no step runs before what it needs, or the time would be shorter than any of its parts. */
    @Property(seed = "20261122", tries = 25)
    void everyRequestOfAnyAgentEnds(@ForAll @LongRange(min = 0, max = 100_000) long seed) {
        AgentGraph<String, String> graph = RandomAgents.agent(seed, 4);
        Plan<String, String> plan = PLANNER.plan(graph, Workload.poisson(0.5), SmallAgents.p95(3000), FLEET);
        PlanSimulationReport report = run(plan, SHORT.requests(100));
        assertThat(report.refused()).isZero();
        assertThat(report.endToEnd().count()).isEqualTo(90);
        assertThat(run(plan, SHORT.requests(100))).isEqualTo(report);
    }

    private static double runs(PlanSimulationReport report, OperatorId id) {
        return report.operators().stream()
                .filter(o -> o.id().equals(id))
                .mapToDouble(OperatorTimes::runsPerRequest)
                .findFirst()
                .orElseThrow();
    }

    private static Plan<String, String> plan(AgentGraph<String, String> graph, double rate, double seconds) {
        return PLANNER.plan(graph, Workload.poisson(rate), SmallAgents.p95(seconds), FLEET);
    }

    private static PlanSimulationReport run(Plan<?, ?> plan, SimulationOptions options) {
        return PlanSimulation.of(plan, FLEET, PLANNER.models(), PLANNER.costModel())
                .run(options);
    }
}
