package io.agentopt.plan;

import io.agentopt.Golden;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * What plans look like: {@code explain()} and {@code plan.json}. They change with the cost model, the prices and the solver; look at
 * the difference and accept it as {@link Golden} says.
 */
class PlannerGoldenTest {
    private static final ModelCatalog MODELS = ModelCatalog.packaged().plus(PlannerTest.EMBEDDER);
    private static final Planner PLANNER =
            Planner.minimizeCost().models(MODELS).options(SolveOptions.steps(1, 200_000));

    @Test
    void aSmallModelOnALocalCpu() {
        Fleet fleet = Fleet.of(DeviceSpec.cpu("this-cpu", 8, 1e12, 32e9, 60e9));
        check("local-cpu", "Qwen/Qwen3-0.6B", 0.05, sla(60).firstToken(Duration.ofSeconds(10)), fleet);
    }

    @Test
    void aLargeModelOnAMixedRentedFleet() {
        Fleet fleet = Fleet.rented("mixed")
                .add("A100-80GB-SXM", 64)
                .add("H100-SXM", 64)
                .add("MI300X", 64)
                .add("CPU-32-core", 64)
                .build();
        check("mixed-70b", "meta-llama/Meta-Llama-3.1-70B", 20, sla(8), fleet);
    }

    @Test
    void oneL4() {
        Fleet fleet = Fleet.of(DeviceCatalog.packaged().find("L4"), DeviceSpec.cpu("host", 8, 1e12, 32e9, 60e9));
        check("one-l4", "meta-llama/Meta-Llama-3.1-8B", 0.02, sla(60), fleet);
    }

    private static Sla sla(int seconds) {
        return Sla.endToEnd(Percentile.P95, Duration.ofSeconds(seconds));
    }

    private static void check(String name, String llm, double rate, Sla sla, Fleet fleet) {
        AgentGraph<String, String> agent = PlannerTest.support(llm);
        Plan<String, String> plan = PLANNER.plan(agent, Workload.poisson(rate), sla, fleet);
        Golden.check("plan/" + name + ".txt", plan.explain());
        Golden.check("plan/" + name + ".json", plan.toJson());
        PlanCheck.check(plan, fleet, MODELS);
    }
}
