package io.agentopt.plan;

import io.agentopt.graph.AgentGraph;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What runs where, what it costs, how long it takes, and how far from the optimum it can be at most. Immutable.
 *
 * @param <I> input of the agent
 * @param <O> output of the agent
 * @param graph what was planned
 * @param fleet name of the fleet that it was planned for
 * @param workload the planned request rate
 * @param sla what was promised
 * @param placement the device class of every operator
 * @param operators prediction by granular operator, in graph order
 * @param devices devices by class, those used only
 * @param endToEndSeconds predicted mean time from request to answer: the critical path
 * @param firstTokenSeconds predicted mean time until the last LLM call starts to answer, without the answers of earlier passes of a
 *     loop; empty without an LLM call
 * @param criticalPath the operators that the time consists of, first to last
 * @param dollarsPerHour price of the devices and of what is paid by use
 * @param bound proved lower bound and gap
 * @param notes what binds, and what was assumed
 * @param figures the objective with its bound, and further predictions
 * @param check what a simulation under load came to, if there was one
 * @param insights runner-ups, limits and shadow prices, worked out when they are asked for; no part of the plan's value
 */
public record Plan<I, O>(
        AgentGraph<I, O> graph,
        String fleet,
        Workload workload,
        Sla sla,
        Placement placement,
        List<PlannedOperator> operators,
        List<PlannedDevices> devices,
        double endToEndSeconds,
        OptionalDouble firstTokenSeconds,
        List<OperatorId> criticalPath,
        double dollarsPerHour,
        Bound bound,
        List<String> notes,
        Figures figures,
        Optional<SimulatedCheck> check,
        Insights insights) {

    public Plan {
        operators = List.copyOf(operators);
        devices = List.copyOf(devices);
        criticalPath = List.copyOf(criticalPath);
        notes = List.copyOf(notes);
        Objects.requireNonNull(figures, "figures");
        Objects.requireNonNull(check, "check");
        Objects.requireNonNull(insights, "insights");
    }

    /** A plan of least dollars per hour of which no further figures are known, and that was not simulated. */
    public Plan(
            AgentGraph<I, O> graph,
            String fleet,
            Workload workload,
            Sla sla,
            Placement placement,
            List<PlannedOperator> operators,
            List<PlannedDevices> devices,
            double endToEndSeconds,
            OptionalDouble firstTokenSeconds,
            List<OperatorId> criticalPath,
            double dollarsPerHour,
            Bound bound,
            List<String> notes) {
        this(
                graph,
                fleet,
                workload,
                sla,
                placement,
                operators,
                devices,
                endToEndSeconds,
                firstTokenSeconds,
                criticalPath,
                dollarsPerHour,
                bound,
                notes,
                Figures.ofCost(dollarsPerHour, bound),
                Optional.empty(),
                Insights.none());
    }

    /** {@return this plan with other details} */
    public Plan<I, O> with(Insights others) {
        return with(check, others);
    }

    /** {@return this plan with what its simulation came to} */
    public Plan<I, O> checked(SimulatedCheck simulated) {
        return with(Optional.of(simulated), insights);
    }

    private Plan<I, O> with(Optional<SimulatedCheck> checked, Insights others) {
        return new Plan<>(
                graph,
                fleet,
                workload,
                sla,
                placement,
                operators,
                devices,
                endToEndSeconds,
                firstTokenSeconds,
                criticalPath,
                dollarsPerHour,
                bound,
                notes,
                figures,
                checked,
                others);
    }

    /** {@return dollars per request at the planned rate} */
    public double dollarsPerRequest() {
        return dollarsPerHour / (workload.requestsPerSecond() * 3600);
    }

    /** {@return energy of a request at the planned rate, J; empty where the power of a device in use is not known} */
    public OptionalDouble joulesPerRequest() {
        return figures.watts().isPresent()
                ? OptionalDouble.of(figures.watts().getAsDouble() / workload.requestsPerSecond())
                : OptionalDouble.empty();
    }

    /** {@return predicted seconds of one run of each granular operator} */
    public Map<OperatorId, Double> predictedSeconds() {
        Map<OperatorId, Double> seconds = new TreeMap<>();
        operators.forEach(o -> seconds.put(o.id(), o.seconds()));
        return seconds;
    }

    /** {@return what runs where and why, as text for people; the first call may take a second, as it solves the problem again to answer what if} */
    public String explain() {
        return Explanation.of(this);
    }

    /** {@return the plan as JSON; see {@link PlanJson}} */
    public String toJson() {
        return PlanJson.write(this);
    }
}
