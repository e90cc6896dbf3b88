package io.agentopt.plan;

import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Fleet;
import io.agentopt.operator.Generate;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.problem.ClassUse;
import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.Proof;
import io.agentopt.plan.solve.Solution;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Turns the solver's indices back into a plan that speaks of nodes and devices. */
record PlanAssembly<I, O>(AgentGraph<I, O> graph, PlanningProblem planning, Workload workload, Sla sla, Fleet fleet) {

    Plan<I, O> plan(Placed placed, Solution withoutSla) {
        Evaluation evaluation = placed.evaluation();
        List<PlannedOperator> operators = new ArrayList<>();
        Map<OperatorId, String> classes = new TreeMap<>();
        for (int i = 0; i < planning.modes().size(); i++) {
            GranularOperator o = planning.granular().operators().get(i);
            if (o.call().isEmpty()) continue;
            CandidateMode chosen = planning.modes().get(i).get(placed.modes().get(i));
            String device = planning.classes().get(chosen.mode().deviceClass()).name();
            classes.put(o.id(), device);
            operators.add(new PlannedOperator(
                    o.id(),
                    device,
                    chosen.mode().label(),
                    chosen.seconds(),
                    chosen.relativeSpread(),
                    chosen.confidence(),
                    o.visits(),
                    o.pathVisits(),
                    chosen.mode().load()));
        }
        List<OperatorId> path = evaluation.criticalPath().stream()
                .map(i -> planning.granular().operators().get(i))
                .filter(o -> o.call().isPresent())
                .map(GranularOperator::id)
                .toList();
        Placement placement =
                new Placement(planning.classes().get(planning.home()).name(), classes);
        List<PlannedDevices> devices = devices(evaluation);
        return new Plan<>(
                graph,
                fleet.name(),
                workload,
                sla,
                placement,
                operators,
                devices,
                evaluation.endToEndSeconds(),
                firstToken(evaluation),
                path,
                evaluation.dollarsPerHour(),
                new Bound(placed.lowerBoundDollarsPerHour(), placed.gap(), placed.proof() == Proof.OPTIMAL),
                notes(placed, withoutSla));
    }

    private List<PlannedDevices> devices(Evaluation evaluation) {
        List<PlannedDevices> devices = new ArrayList<>();
        for (int c = 0; c < planning.classes().size(); c++) {
            ClassUse use = evaluation.classes().get(c);
            if (use.devices() == 0) continue;
            DeviceSpec device = planning.classes().get(c).device();
            devices.add(new PlannedDevices(
                    planning.classes().get(c).name(),
                    device.id(),
                    device.kind().id(),
                    device.vendor(),
                    use.devices(),
                    use.dollarsPerHour(),
                    use.load() / use.devices(),
                    use.memoryBytes(),
                    decidedBy(c, use)));
        }
        return devices;
    }

    private OptionalDouble firstToken(Evaluation evaluation) {
        return evaluation.milestoneSeconds().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(evaluation.milestoneSeconds().getFirst());
    }

    /** {@return what decides the number of devices; one home device is needed by the process that runs the agent, whatever else runs there} */
    private String decidedBy(int c, ClassUse use) {
        if (c == planning.home() && use.binding() == ClassUse.Binding.DEGREE && use.devices() == 1) return "host";
        return use.binding().name().toLowerCase(Locale.ROOT);
    }

    private List<String> notes(Placed placed, Solution withoutSla) {
        List<String> notes = new ArrayList<>();
        double cost = placed.dollarsPerHour();
        if (withoutSla instanceof Placed free) {
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
        if (!planning.leftOut().isEmpty())
            notes.add("Left out for want of a price: " + String.join(", ", planning.leftOut()) + ".");
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
}
