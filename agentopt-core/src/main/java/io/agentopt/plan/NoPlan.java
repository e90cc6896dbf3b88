package io.agentopt.plan;

import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.Fleet;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.Family;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.PricedRelaxations;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.Relaxation;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.Undecided;
import io.agentopt.workload.Margins;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says why there is no plan in the user's own numbers. The solver thinks in mean seconds; the user promised a percentile, so each
 * limit that a fix names is multiplied by the percentile's margin again and rounded up: a user who takes it over gets a plan.
 */
record NoPlan<I, O>(AgentGraph<I, O> graph, Workload workload, Sla sla, Fleet fleet, PlacementProblem problem) {
    private static final SolveOptions EACH = SolveOptions.steps(1, 50_000);

    /** {@return the result where even the worst case alone cannot keep its limit} */
    PlanResult.Infeasible<I, O> worstCase(Infeasible none, PlacementProblem worst) {
        NoPlan<I, O> words = new NoPlan<>(graph, workload, sla.margins(Margins.of(sla.percentile())), fleet, worst);
        boolean late = none.family() == Family.DEADLINE;
        String message = late
                ? "The worst-case limit of graph '" + graph.name() + "' ("
                        + Explanation.limit(
                                sla,
                                sla.worstCase().orElse(sla.endToEnd()),
                                sla.percentile().margin())
                        + ") is below the critical path of its slowest request (mean "
                        + Explanation.time(none.leastAchievable()) + ") on fleet '" + fleet.name() + "'."
                : words.message(none);
        return new PlanResult.Infeasible<>(
                graph.name(),
                late ? "worst case" : none.family().name().toLowerCase(Locale.ROOT),
                message,
                "To make a plan possible, "
                        + words.advice(none.relaxation()).replace("the end-to-end limit", "the worst-case limit") + ".",
                true);
    }

    /** {@return the result where plans keep the SLA but cost more than may be spent} */
    PlanResult.Infeasible<I, O> overBudget(LatencySearch.OverBudget over, double budget) {
        String cost = Explanation.money(over.cheapest().dollarsPerHour());
        return new PlanResult.Infeasible<>(
                graph.name(),
                "budget",
                "The budget ($" + Explanation.money(budget) + " per hour) is below the cost of "
                        + (over.proved() ? "every plan" : "the cheapest plan found") + " of graph '" + graph.name()
                        + "' on fleet '" + fleet.name() + "': "
                        + (over.proved()
                                ? "none costs less than $"
                                        + Explanation.money(over.cheapest().lowerBoundDollarsPerHour())
                                : "$" + cost)
                        + ".",
                "Raise the budget to $" + cost + " per hour, or loosen the SLA.",
                over.proved());
    }

    /** {@return the result when no device is left} */
    static <I, O> PlanResult.Infeasible<I, O> noDevices(AgentGraph<I, O> graph, Fleet fleet, List<Change> changes) {
        return after(
                changes,
                new PlanResult.Infeasible<>(
                        graph.name(),
                        "device",
                        "No device of fleet '" + fleet.name() + "' is left for graph '" + graph.name() + "'.",
                        "Add devices to the fleet.",
                        true));
    }

    /** {@return the result with what happened before it} */
    static <I, O> PlanResult.Infeasible<I, O> after(List<Change> changes, PlanResult.Infeasible<I, O> none) {
        if (changes.isEmpty()) return none;
        String what = changes.stream().map(Change::describe).collect(Collectors.joining(", "));
        return new PlanResult.Infeasible<>(
                none.graph(),
                none.constraint(),
                "After " + what + ": " + none.message(),
                none.fix(),
                none.proved(),
                none.alternatives());
    }

    PlanResult.Infeasible<I, O> infeasible(Infeasible none) {
        List<PlanResult.Alternative> alternatives = PricedRelaxations.of(problem, none, EACH).stream()
                .map(p -> new PlanResult.Alternative(
                        advice(p.relaxation()),
                        p.placed().dollarsPerHour(),
                        p.placed().proof() == Proof.OPTIMAL))
                .toList();
        return new PlanResult.Infeasible<>(
                graph.name(),
                none.family().name().toLowerCase(Locale.ROOT),
                message(none),
                "To make a plan possible, "
                        + (alternatives.isEmpty()
                                ? advice(none.relaxation())
                                : alternatives.getFirst().change())
                        + ".",
                true,
                alternatives);
    }

    PlanResult.Infeasible<I, O> undecided(Undecided u) {
        return new PlanResult.Infeasible<>(
                graph.name(),
                "undecided",
                "Neither a plan of graph '" + graph.name() + "' on fleet '" + fleet.name()
                        + "' nor a proof that there is none was found in "
                        + Explanation.time(u.statistics().elapsedNanos() / 1e9) + ".",
                "Give the solver more time (Planner.options), or "
                        + (u.nearest().changes().isEmpty() ? "relax the worst-case limit" : advice(u.nearest())) + ".",
                false);
    }

    private String message(Infeasible none) {
        String on = " on fleet '" + fleet.name() + "'.";
        return switch (none.family()) {
            case DEADLINE ->
                "The end-to-end limit of graph '" + graph.name() + "' ("
                        + Explanation.limit(sla, sla.endToEnd(), sla.margins().endToEnd()) + ") is below its "
                        + (none.leastExact()
                                ? "fastest critical path (mean "
                                : "critical path in the nearest plan (mean ")
                        + Explanation.time(none.leastAchievable()) + ")" + on;
            case MILESTONE ->
                "The first-token limit of graph '" + graph.name() + "' ("
                        + Explanation.limit(
                                sla,
                                sla.firstToken().orElse(sla.endToEnd()),
                                sla.margins().firstToken()) + ") is below the "
                        + (none.leastExact() ? "fastest time to it (mean " : "time to it in the nearest plan (mean ")
                        + Explanation.time(none.leastAchievable()) + ")" + on;
            case INVENTORY ->
                tooSmall("keep up with " + Explanation.number(workload.requestsPerSecond()) + " requests/s of", none);
            case MEMORY -> tooSmall("hold the weights and KV caches of", none);
            case BANDWIDTH ->
                "The links of fleet '" + fleet.name() + "' cannot carry the data of graph '" + graph.name() + "' at "
                        + Explanation.number(workload.requestsPerSecond()) + " requests/s.";
            case LINK, COLOCATION ->
                "Fleet '" + fleet.name() + "' cannot carry graph '" + graph.name() + "': operators "
                        + none.operators().stream()
                                .map(i -> "'" + problem.operators().get(i).name() + "'")
                                .collect(Collectors.joining(", "))
                        + " cannot reach each other.";
        };
    }

    private String tooSmall(String what, Infeasible none) {
        String needs = none.relaxation().changes().stream()
                .flatMap(c -> c instanceof Relaxation.Change.Inventory i ? Stream.of(i) : Stream.of())
                .map(i -> endpoint(i.deviceClass())
                        ? i.devices() + " times the rate limits of endpoint '" + name(i.deviceClass()) + "'"
                        : i.devices() + " of '" + name(i.deviceClass()) + "' (it has "
                                + problem.classes().get(i.deviceClass()).inventory() + ")")
                .collect(Collectors.joining(" and "));
        String busy = none.operators().stream()
                .map(i -> problem.operators().get(i))
                .filter(o -> o.modes().stream().anyMatch(m -> m.devices() > 0))
                .map(OperatorModes::name)
                .collect(Collectors.joining("', '"));
        return "The devices of fleet '" + fleet.name() + "' cannot " + what + " graph '" + graph.name()
                + "' within the SLA: the nearest plan needs " + needs + " for '" + busy + "'.";
    }

    private String advice(Relaxation relaxation) {
        return relaxation.changes().stream().map(this::advice).collect(Collectors.joining(", and "));
    }

    private String advice(Relaxation.Change change) {
        return switch (change) {
            case Relaxation.Change.Deadline c ->
                "relax the end-to-end limit to "
                        + promised(c.seconds(), sla.margins().endToEnd());
            case Relaxation.Change.MilestoneLimit c ->
                "relax the first-token limit to "
                        + promised(c.seconds(), sla.margins().firstToken());
            case Relaxation.Change.Inventory c
            when endpoint(c.deviceClass()) ->
                "raise the rate limits of endpoint '" + name(c.deviceClass()) + "' to " + c.devices()
                        + " times what they are";
            case Relaxation.Change.Inventory c ->
                "raise the count of '" + name(c.deviceClass()) + "' in fleet '" + fleet.name() + "' to " + c.devices();
            case Relaxation.Change.DeviceMemory c ->
                "use devices in '" + name(c.deviceClass()) + "' with " + Explanation.bytes((double) c.bytes())
                        + " of memory beside what the engine takes";
            case Relaxation.Change.Link c -> {
                PlacementEdge edge = problem.edges().get(c.edge());
                yield "state a faster or cheaper link between '" + name(c.fromClass()) + "' and '" + name(c.toClass())
                        + "' for what '" + problem.operators().get(edge.from()).name() + "' hands to '"
                        + problem.operators().get(edge.to()).name() + "'";
            }
            case Relaxation.Change.Bandwidth c ->
                "raise the capacity of the link from '"
                        + name(problem.links().get(c.link()).fromClass()) + "' to '"
                        + name(problem.links().get(c.link()).toClass()) + "' to "
                        + Math.ceilDiv(c.bytesPerSecond(), 1_000_000) + " MB/s";
            case Relaxation.Change.Separate c -> "let the operators of group " + c.group() + " run apart";
        };
    }

    private String promised(double meanSeconds, double margin) {
        double limit = new BigDecimal(meanSeconds * margin)
                .round(new MathContext(3, RoundingMode.CEILING))
                .doubleValue();
        return (sla.percentile() == Percentile.MEAN
                        ? "a mean of "
                        : sla.percentile().id() + " ")
                + Explanation.time(limit);
    }

    private boolean endpoint(int deviceClass) {
        return fleet.endpoints().stream().anyMatch(e -> e.name().equals(name(deviceClass)));
    }

    private String name(int deviceClass) {
        return problem.classes().get(deviceClass).name();
    }
}
