package io.agentopt.simulate.agent;

import io.agentopt.cost.CostModel;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.Plan;
import io.agentopt.simulate.server.LlmServer;
import java.util.List;
import java.util.Objects;

/**
 * Sends requests through the devices of a plan, one event after the other: language models on servers with continuous batching, with the KV cache
 * handed over where the plan parts prefill and decode; embeddings and searches one by one on their devices; tools and functions by their
 * latency; loops, branches and list lengths drawn for each request. Immutable and thread-safe; equal options give equal reports.
 *
 * <p>A plan says how many devices of a class there are, not which server is where: see {@link DeviceShares} for the rule.
 */
public final class PlanSimulation {
    private final Plan<?, ?> plan;
    private final Fleet fleet;
    private final ModelCatalog models;
    private final CostModel cost;

    private PlanSimulation(Plan<?, ?> plan, Fleet fleet, ModelCatalog models, CostModel cost) {
        this.plan = Objects.requireNonNull(plan, "plan");
        this.fleet = Objects.requireNonNull(fleet, "fleet");
        this.models = Objects.requireNonNull(models, "models");
        this.cost = Objects.requireNonNull(cost, "cost");
    }

    /**
     * {@return a simulation of a plan}
     *
     * @param fleet that was planned for
     * @param models that it was planned with
     * @param cost that it was planned with
     * @throws IllegalArgumentException if the fleet lacks a class of the plan, or a model is in no catalog
     */
    public static PlanSimulation of(Plan<?, ?> plan, Fleet fleet, ModelCatalog models, CostModel cost) {
        return new PlanSimulation(plan, fleet, models, cost);
    }

    /**
     * Simulates.
     *
     * @throws IllegalArgumentException if the cost model has no time for what the plan runs, or a failure names a class without a server of a
     *     language model
     */
    public PlanSimulationReport run(SimulationOptions options) {
        PlanLayout layout =
                SharedSpeeds.settle(plan, PlanLayout.of(plan, fleet, models, options.variation()), cost, options);
        Machines machines = new Machines(layout, cost, options);
        options.failures().forEach(f -> schedule(f, machines));
        Traffic traffic = new Traffic(plan, Script.of(plan.graph()), machines, options);
        traffic.run();
        return traffic.report(fleet);
    }

    private void schedule(DeviceFailure failure, Machines machines) {
        List<LlmServer> servers = machines.serversOn(failure.deviceClass());
        if (servers.isEmpty()) {
            throw new IllegalArgumentException(
                    "The plan of '" + plan.graph().name() + "' has no server of a language model on '"
                            + failure.deviceClass() + "' that could fail. Name one of "
                            + plan.devices().stream().map(d -> d.deviceClass()).toList() + ".");
        }
        LlmServer server = servers.getFirst();
        machines.queue().at(failure.atSeconds(), (now, tag) -> server.fail(), 0);
        machines.queue().at(failure.atSeconds() + failure.forSeconds(), (now, tag) -> server.repair(), 0);
    }
}
