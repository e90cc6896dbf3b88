package io.agentopt.simulate.agent;

import static io.agentopt.simulate.agent.SmallAgents.FLEET;
import static io.agentopt.simulate.agent.SmallAgents.PLANNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.graph.AgentGraph;
import io.agentopt.plan.Plan;
import io.agentopt.workload.Arrivals;
import io.agentopt.workload.Workload;
import java.util.List;
import org.junit.jupiter.api.Test;

class PercentileModelTest {
    private static final SimulationOptions OPTIONS = SimulationOptions.DEFAULT.requests(3000);

    @Test
    void agreesWithTheSimulation() {
        for (AgentGraph<String, String> graph :
                List.of(SmallAgents.answer(), SmallAgents.loop(), SmallAgents.mapReduce())) {
            for (double rate : new double[] {1, 12}) {
                Plan<String, String> plan = plan(graph, rate);
                double twin = PlanSimulation.of(plan, FLEET, PLANNER.models(), PLANNER.costModel())
                        .run(OPTIONS)
                        .endToEnd()
                        .p95();
                assertThat(steady(plan, OPTIONS).endToEnd().p95())
                        .as("%s at %s/s", graph.name(), rate)
                        .isCloseTo(twin, within(0.1 * twin));
            }
        }
    }

    @Test
    void itIsTheSameEachTimeAndDoesNotDependOnTheSeed() {
        Plan<String, String> plan = plan(SmallAgents.loop(), 4);
        assertThat(steady(plan, OPTIONS)).isEqualTo(steady(plan, OPTIONS.seed(5).requests(500)));
    }

    @Test
    void burstsAndVariationAreMoreTime() {
        Plan<String, String> plan = plan(SmallAgents.answer(), 12);
        double p95 = steady(plan, OPTIONS).endToEnd().p95();
        assertThat(steady(plan, OPTIONS.arrivals(new Arrivals.GammaGaps(12, 4)))
                        .endToEnd()
                        .p95())
                .isGreaterThan(p95);
        assertThat(steady(plan, OPTIONS.variation(Variation.NONE)).endToEnd().p95())
                .isLessThan(p95);
    }

    @Test
    void aLoadAboveCapacityNamesOperatorAndServers() {
        Plan<String, String> plan = plan(SmallAgents.answer(), 2);
        PlanPrediction prediction = PercentileModel.of(plan, FLEET, PLANNER.models(), PLANNER.costModel())
                .predict(OPTIONS.arrivals(new Arrivals.Poisson(2000)));
        assertThat(prediction).isInstanceOfSatisfying(PlanPrediction.Overloaded.class, o -> {
            assertThat(o.operator().path()).isEqualTo("answer");
            assertThat(o.reason()).contains(SmallAgents.MIDDLE).contains("queue grows without end");
        });
    }

    private static Plan<String, String> plan(AgentGraph<String, String> graph, double rate) {
        return PLANNER.plan(graph, Workload.poisson(rate), SmallAgents.p95(10), FLEET);
    }

    private static PlanPrediction.Steady steady(Plan<?, ?> plan, SimulationOptions options) {
        return (PlanPrediction.Steady) PercentileModel.of(plan, FLEET, PLANNER.models(), PLANNER.costModel())
                .predict(options);
    }
}
