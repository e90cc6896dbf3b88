package io.agentopt.examples.demo;

import io.agentopt.examples.support.HeldOut;
import io.agentopt.examples.support.Reply;
import io.agentopt.examples.support.SupportAgent;
import io.agentopt.examples.support.SupportAgent.Lengths;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlanResult;
import io.agentopt.plan.Planner;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The same agent with a 70-billion-parameter model on rented devices: a mixed fleet against each vendor alone. */
final class RentedFleet {
    static final String LLM = "meta-llama/Meta-Llama-3.1-70B";
    static final Workload WORKLOAD = Workload.poisson(20);
    static final Sla SLA = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(20)).firstToken(Duration.ofMillis(1500));
    private static final int PLENTY = 256;
    private static final Map<String, List<String>> VENDORS = new LinkedHashMap<>();

    static {
        VENDORS.put("NVIDIA alone", List.of("A100-80GB-SXM", "H100-SXM"));
        VENDORS.put("AMD alone", List.of("MI300X"));
    }

    private final AgentGraph<String, Reply> graph;
    private final Planner planner;

    RentedFleet(HeldOut shop, String embedder, ModelCatalog models) {
        graph = SupportAgent.declare(
                LLM, embedder, shop.policies(), shop.shop(), new Lengths(2000, 200, 1024, 1.6, 0.6));
        planner = Planner.minimizeCost().models(models);
    }

    AgentGraph<String, Reply> graph() {
        return graph;
    }

    Plan<String, Reply> mixed() {
        return planner.plan(graph, WORKLOAD, SLA, fleet("mixed", List.of("A100-80GB-SXM", "H100-SXM", "MI300X")));
    }

    /** {@return one line a fleet, the mixed one first} */
    String comparison(Plan<String, Reply> mixed) {
        StringBuilder out = new StringBuilder();
        out.append(line("mixed", mixed));
        double best = Double.POSITIVE_INFINITY;
        for (Map.Entry<String, List<String>> vendor : VENDORS.entrySet()) {
            switch (planner.solve(graph, WORKLOAD, SLA, fleet(vendor.getKey(), vendor.getValue()))) {
                case PlanResult.Planned<String, Reply> p -> {
                    out.append(line(vendor.getKey(), p.plan()));
                    best = Math.min(best, p.plan().dollarsPerHour());
                }
                case PlanResult.Infeasible<String, Reply> i ->
                    out.append(String.format("  %-14s no plan: %s\n", vendor.getKey(), i.message()));
            }
        }
        if (best < Double.POSITIVE_INFINITY) {
            out.append(String.format(
                    java.util.Locale.ROOT,
                    "  The mixed fleet costs %.1f %% less than the best single vendor at this load and SLA;"
                            + " with others one vendor can be as cheap.\n",
                    (1 - mixed.dollarsPerHour() / best) * 100));
        }
        return out.toString();
    }

    private static Fleet fleet(String name, List<String> devices) {
        Fleet.Builder fleet = Fleet.rented(name);
        devices.forEach(d -> fleet.add(d, PLENTY));
        return fleet.add("CPU-32-core", PLENTY).build();
    }

    private static String line(String name, Plan<?, ?> plan) {
        StringBuilder devices = new StringBuilder();
        plan.devices()
                .forEach(d -> devices.append(devices.isEmpty() ? "" : ", ")
                        .append(d.count())
                        .append(" x ")
                        .append(d.deviceClass()));
        return String.format(
                java.util.Locale.ROOT,
                "  %-14s $%8.2f/h   %6.2f s   gap %4.1f %%   %s\n",
                name,
                plan.dollarsPerHour(),
                plan.endToEndSeconds(),
                plan.bound().gap() * 100,
                devices);
    }
}
