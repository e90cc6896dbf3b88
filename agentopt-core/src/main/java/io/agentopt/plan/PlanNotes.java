package io.agentopt.plan;

import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.HostedEndpoint;
import io.agentopt.operator.Generate;
import io.agentopt.plan.granular.PlanningUnits;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.Solution;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The sentences under a plan: what binds, and what was assumed. */
record PlanNotes(AgentGraph<?, ?> graph, PlanningProblem planning, Workload workload, Sla sla) {

    List<String> of(Placed placed, Optional<Solution> withoutSla, PlanSearch.Goal goal) {
        List<String> notes = new ArrayList<>();
        objective(placed, goal, notes);
        double cost = placed.dollarsPerHour();
        if (withoutSla.orElse(null) instanceof Placed free) {
            if (free.dollarsPerHour() < cost * (1 - 1e-6)) {
                notes.add("The SLA binds: without it the devices would cost $"
                        + Explanation.money(free.dollarsPerHour()) + " per hour instead of $" + Explanation.money(cost)
                        + ", at " + Explanation.time(free.evaluation().endToEndSeconds()) + " mean latency.");
            } else {
                notes.add("The SLA does not bind: the cheapest plan keeps it.");
            }
        }
        if (sla.firstToken().filter(t -> t.compareTo(sla.endToEnd()) >= 0).isPresent())
            notes.add("The first-token limit decides nothing: it is not below the end-to-end limit.");
        boolean repeats = planning.granular().prefills().stream()
                .anyMatch(i -> planning.granular().operators().get(i).pathVisits() > 1);
        if (repeats)
            notes.add(
                    "The first token counts the prompts of every pass of a loop, but not the answers of earlier passes.");
        graph.calls().forEach((path, call) -> {
            if (call.operator() instanceof Generate g) {
                notes.add("Assumed for '" + path + "': " + Explanation.number(g.expectedPromptTokens()) + " prompt and "
                        + Explanation.number(g.expectedOutputTokens()) + " output tokens on average.");
            }
        });
        branches(notes);
        endpoints(placed, notes);
        if (!planning.leftOut().isEmpty())
            notes.add("Left out for want of a price" + (planning.energyCounts() ? " or power" : "") + ": "
                    + String.join(", ", planning.leftOut()) + ".");
        notes.add("Devices are planned " + Explanation.percent(PlanningProblem.UTILISATION_CAP) + " busy at most.");
        double margin = sla.margins().endToEnd();
        if (margin != 1) {
            boolean rule = margin == sla.percentile().margin();
            notes.add("A " + sla.percentile().id() + " limit is planned as a mean "
                    + (rule
                            ? margin + " times smaller, a rule of thumb for queueing and long answers."
                            : Explanation.number(margin) + " times smaller, as the check of the plan needs."));
        }
        return notes;
    }

    private void objective(Placed placed, PlanSearch.Goal goal, List<String> notes) {
        switch (goal.objective()) {
            case Objective.DollarsPerHour o -> {}
            case Objective.DollarsPerRequest o ->
                notes.add("Least dollars per request: $" + Explanation.money(goal.value() * 1000)
                        + " per 1,000. At a fixed rate that is dollars per hour over the requests of an hour, so the same"
                        + " plans are best; devices that are there in any case are shared by all requests.");
            case Objective.Joules o ->
                notes.add("Least energy: " + Explanation.number(goal.value())
                        + " J per request, of idle and busy power by rated watts; no plan takes less than "
                        + Explanation.number(goal.provedBound()) + " J."
                        + (placed.lowerBoundDollarsPerHour() < placed.dollarsPerHour() * (1 - 1e-6)
                                ? " The bound on cost is that of plans of any energy."
                                : ""));
            case Objective.Latency o ->
                notes.add("Least latency for $" + Explanation.money(o.dollarsPerHour()) + " per hour: "
                        + Explanation.time(goal.value()) + "; no plan within the budget is faster than "
                        + Explanation.time(goal.provedBound())
                        + ". The bound on cost is that of plans of any latency within the SLA.");
        }
    }

    /** Which operators were planned as one. */
    private void branches(List<String> notes) {
        PlanningUnits units = planning.units();
        long joined = units.members().stream().filter(m -> m.size() > 1).count();
        if (joined == 0) return;
        int most = units.members().stream().mapToInt(List::size).max().orElse(1);
        String first = units.members().stream()
                .filter(m -> m.size() == most)
                .findFirst()
                .map(m -> m.getFirst().toString())
                .orElse("");
        notes.add("Identical branches are planned as one, and run alike: " + most + " operators like '" + first + "'"
                + (joined > 1 ? ", and " + (joined - 1) + " more such groups" : "")
                + ". Bound and gap are over such plans.");
    }

    private void endpoints(Placed placed, List<String> notes) {
        for (PlannedEndpoint used : PlanFigures.endpoints(planning, workload, placed)) {
            HostedEndpoint e = planning.members().endpoints().stream()
                    .filter(c -> c.name().equals(used.name()))
                    .findFirst()
                    .orElseThrow();
            notes.add("Endpoint '" + used.name() + "' is paid by token: $" + Explanation.money(used.dollarsPerHour())
                    + " per hour for " + Explanation.number(used.requestsPerSecond()) + " calls/s and "
                    + Explanation.number(used.tokensPerMinute()) + " tokens/min"
                    + e.zone().map(z -> ", in zone '" + z + "'").orElse("") + ".");
        }
    }
}
