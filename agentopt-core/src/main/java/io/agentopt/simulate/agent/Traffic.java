package io.agentopt.simulate.agent;

import io.agentopt.hardware.Fleet;
import io.agentopt.plan.Plan;
import io.agentopt.simulate.event.EventQueue;
import java.util.PrimitiveIterator;

/** Lets requests arrive one by one, and counts what becomes of them. The first tenth warms the queues up and is not counted. */
final class Traffic {
    private static final int WARM_UP = 10;

    private final Plan<?, ?> plan;
    private final Script script;
    private final Machines machines;
    private final SimulationOptions options;
    private final PrimitiveIterator.OfDouble arrivals;
    private final Observations observations;
    private final Observations ignored = new Observations();
    private double lastArrival;
    private int arrived;

    Traffic(Plan<?, ?> plan, Script script, Machines machines, SimulationOptions options) {
        this.plan = plan;
        this.script = script;
        this.machines = machines;
        this.options = options;
        this.arrivals = options.arrivalsOf(plan.workload()).times(options.seed());
        this.observations = new Observations();
    }

    void run() {
        EventQueue queue = machines.queue();
        if (arrivals.hasNext()) queue.at(arrivals.nextDouble(), this::arrive, 0);
        queue.run();
    }

    PlanSimulationReport report(Fleet fleet) {
        return new Tally(plan, fleet, machines, observations, lastArrival).report(options);
    }

    private void arrive(double now, int index) {
        lastArrival = now;
        arrived++;
        if (arrived < options.requests() && arrivals.hasNext()) {
            machines.queue().at(Math.max(now, arrivals.nextDouble()), this::arrive, index + 1);
        }
        boolean counted = index >= options.requests() / WARM_UP;
        // a stream of numbers for each request: what one draws does not depend on what others do
        Draws draws = new Draws(options.seed() * 1_000_003 + index);
        new Episode(machines, draws, options, counted ? observations : ignored, now).begin(script);
    }
}
