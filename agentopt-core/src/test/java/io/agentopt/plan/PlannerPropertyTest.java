package io.agentopt.plan;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.Fleet;
import io.agentopt.hardware.Link;
import io.agentopt.hardware.LinkKind;
import io.agentopt.message.Prompt;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What holds of the plan of any agent. Step budgets: the same plans on every machine. */
class PlannerPropertyTest {
    private static final Planner PLANNER = Planner.minimizeCost().options(SolveOptions.steps(1, 20_000));
    private static final Fleet MANY = fleet("CPU-32-core", "L4", "A100-80GB-SXM", "H100-SXM");
    private static final Fleet FEW = fleet("CPU-32-core", "A100-80GB-SXM");
    private static final Workload SOME = Workload.poisson(2);

    @Property(seed = "20261122", tries = 150)
    void aPlanIsWhatItsPartsSay(@ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 50) double rate) {
        AgentGraph<String, String> agent = RandomAgents.agent(seed, 3);
        PlanResult<String, String> result = PLANNER.solve(agent, Workload.poisson(rate), sla(60_000), MANY);
        if (result instanceof PlanResult.Planned<String, String> p) {
            PlanCheck.check(p.plan(), MANY, ModelCatalog.packaged());
            assertThat(PlanJson.read(p.plan().toJson(), "plan.json", agent)).isEqualTo(p.plan());
            assertThat(p.plan().explain()).doesNotContain("NaN", "Infinity", "null");
        }
    }

    @Property(seed = "20261122", tries = 100)
    void aLooserSlaNeverCostsMore(@ForAll long seed, @ForAll @IntRange(min = 500, max = 20_000) int tight) {
        AgentGraph<String, String> agent = RandomAgents.agent(seed, 3);
        neverCostsMore(PLANNER.solve(agent, SOME, sla(tight * 3L), FEW), PLANNER.solve(agent, SOME, sla(tight), FEW));
    }

    @Property(seed = "20261122", tries = 100)
    void moreDeviceClassesNeverCostMore(@ForAll long seed, @ForAll @IntRange(min = 500, max = 20_000) int millis) {
        AgentGraph<String, String> agent = RandomAgents.agent(seed, 3);
        neverCostsMore(PLANNER.solve(agent, SOME, sla(millis), MANY), PLANNER.solve(agent, SOME, sla(millis), FEW));
    }

    @Property(seed = "20261122", tries = 150)
    void moreRequestsNeverCostLess(
            @ForAll long seed,
            @ForAll @DoubleRange(min = 0.01, max = 10) double rate,
            @ForAll @DoubleRange(min = 1, max = 3) double more) {
        AgentGraph<String, String> agent = RandomAgents.agent(seed, 3);
        neverCostsMore(
                PLANNER.solve(agent, Workload.poisson(rate), sla(60_000), FEW),
                PLANNER.solve(agent, Workload.poisson(rate * more), sla(60_000), FEW));
    }

    @Test
    void theCostOfOneCallGrowsWithItsRate() {
        AgentGraph<String, String> agent = AgentGraph.define(
                "g",
                String.class,
                String.class,
                (g, in) -> g.node(
                                "ask",
                                generate(model("meta-llama/Meta-Llama-3.1-70B")).expecting(500, 120),
                                in.map("prompt", Prompt::system))
                        .map("text", c -> c.text()));
        PlanResult<String, String> before = PLANNER.solve(agent, Workload.poisson(0.05), sla(60_000), FEW);
        for (double rate = 0.05; rate < 30; rate *= 1.1) {
            PlanResult<String, String> now = PLANNER.solve(agent, Workload.poisson(rate), sla(60_000), FEW);
            neverCostsMore(before, now);
            before = now;
        }
    }

    @Test
    void theseAgentsHavePlansWithProofs() {
        int planned = 0;
        int proved = 0;
        for (int seed = 0; seed < 100; seed++) {
            AgentGraph<String, String> agent = RandomAgents.agent(seed, 3);
            if (PLANNER.solve(agent, SOME, sla(60_000), MANY) instanceof PlanResult.Planned<?, ?> p) {
                planned++;
                if (p.plan().bound().optimal() && p.plan().dollarsPerHour() > 0) proved++;
            }
        }
        assertThat(planned).as("agents with a plan, of 100").isGreaterThan(70);
        assertThat(proved).as("those with a cost proved least").isGreaterThan(40);
    }

    /** The easier problem has a plan if the harder one has, and what is proved of it is not above the harder one's cost. */
    private static void neverCostsMore(PlanResult<?, ?> easier, PlanResult<?, ?> harder) {
        if (!(harder instanceof PlanResult.Planned<?, ?> hard)) return;
        if (easier instanceof PlanResult.Infeasible<?, ?> none) {
            assertThat(none.proved()).as("%s %s", none.message(), none.fix()).isFalse();
            return;
        }
        Plan<?, ?> easy = ((PlanResult.Planned<?, ?>) easier).plan();
        double most = hard.plan().dollarsPerHour() * (1 + 1e-6) + 1e-9;
        assertThat(easy.bound().dollarsPerHour()).isLessThanOrEqualTo(most);
        if (easy.bound().optimal()) assertThat(easy.dollarsPerHour()).isLessThanOrEqualTo(most);
    }

    private static Sla sla(long millis) {
        return Sla.endToEnd(Percentile.P90, Duration.ofMillis(millis));
    }

    private static Fleet fleet(String... devices) {
        Fleet.Builder fleet = Fleet.rented("fleet").network(new Link(LinkKind.NETWORK, 1e-4, 3e9, 1e-11));
        for (String d : devices) fleet.add(d, 1000);
        return fleet.build();
    }
}
