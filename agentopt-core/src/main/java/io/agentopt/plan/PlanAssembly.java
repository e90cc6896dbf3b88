package io.agentopt.plan;

import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Fleet;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.granular.PlanningUnits;
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
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Turns the solver's indices back into a plan that speaks of nodes and devices. */
record PlanAssembly<I, O>(AgentGraph<I, O> graph, PlanningProblem planning, Workload workload, Sla sla, Fleet fleet) {

    Plan<I, O> plan(Placed placed, Optional<Solution> withoutSla, PlanSearch.Goal goal) {
        Evaluation evaluation = placed.evaluation();
        List<PlannedOperator> operators = new ArrayList<>();
        Map<OperatorId, String> classes = new TreeMap<>();
        PlanningUnits units = planning.units();
        for (int i = 0; i < units.group().size(); i++) {
            GranularOperator o = planning.granular().operators().get(i);
            if (o.call().isEmpty()) continue;
            int unit = units.group().get(i);
            CandidateMode chosen = planning.chosen(placed.modes(), unit);
            int member = chosen.mode().deviceClass();
            classes.put(o.id(), planning.members().name(member));
            operators.add(new PlannedOperator(
                    o.id(),
                    planning.members().name(member),
                    chosen.mode().label(),
                    chosen.seconds(),
                    chosen.relativeSpread(),
                    chosen.confidence(),
                    o.visits(),
                    o.pathVisits(),
                    chosen.busyDevices() / units.copies(unit),
                    chosen.waitSeconds()));
        }
        List<OperatorId> path = evaluation.criticalPath().stream()
                .map(i -> units.graph().operators().get(i))
                .filter(o -> o.call().isPresent())
                .map(GranularOperator::id)
                .toList();
        Placement placement =
                new Placement(planning.members().name(planning.members().home()), classes);
        return new Plan<>(
                graph,
                fleet.name(),
                workload,
                sla,
                placement,
                operators,
                devices(placed, evaluation),
                evaluation.endToEndSeconds(),
                firstToken(evaluation),
                path,
                evaluation.dollarsPerHour(),
                new Bound(placed.lowerBoundDollarsPerHour(), placed.gap(), placed.proof() == Proof.OPTIMAL),
                new PlanNotes(graph, planning, workload, sla).of(placed, withoutSla, goal),
                new PlanFigures(graph, planning, workload, sla).of(placed, goal),
                Optional.empty());
    }

    private List<PlannedDevices> devices(Placed placed, Evaluation evaluation) {
        double[] busy = PlanFigures.busyDevices(planning, placed);
        List<PlannedDevices> devices = new ArrayList<>();
        for (int c = 0; c < planning.members().classes().size(); c++) {
            ClassUse use = evaluation.classes().get(c);
            if (use.devices() == 0) continue;
            DeviceSpec device = planning.members().classes().get(c).device();
            devices.add(new PlannedDevices(
                    planning.members().classes().get(c).name(),
                    device.id(),
                    device.kind().id(),
                    device.vendor(),
                    use.devices(),
                    use.dollarsPerHour(),
                    busy[c] / use.devices(),
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
        if (c == planning.members().home() && use.binding() == ClassUse.Binding.DEGREE && use.devices() == 1)
            return "host";
        return use.binding().name().toLowerCase(Locale.ROOT);
    }
}
