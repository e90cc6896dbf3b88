package io.agentopt.plan;

import io.agentopt.graph.AgentGraph;
import io.agentopt.operator.Generate;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId.Phase;
import io.agentopt.plan.problem.ClassUse;
import io.agentopt.plan.solve.Placed;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Works out the further figures of a placement. */
record PlanFigures(AgentGraph<?, ?> graph, PlanningProblem planning, Workload workload, Sla sla) {

    Figures of(Placed placed, PlanSearch.Goal goal) {
        return new Figures(
                goal.objective(),
                goal.value(),
                Math.min(goal.value(), goal.provedBound()),
                goal.worstCaseSeconds(),
                perToken(placed),
                watts(placed),
                endpoints(planning, workload, placed));
    }

    private OptionalDouble perToken(Placed placed) {
        OptionalDouble slowest = OptionalDouble.empty();
        for (int i = 0; i < planning.modes().size(); i++) {
            GranularOperator o = planning.units().graph().operators().get(i);
            if (o.id().phase() != Phase.DECODE) continue;
            int output = CountedModes.tokens(GranularGraph.generateOf(o).expectedOutputTokens());
            if (output < 2) continue;
            double seconds =
                    LanguageModes.perToken(planning.chosen(placed.modes(), i).seconds(), output);
            slowest = OptionalDouble.of(Math.max(seconds, slowest.orElse(0)));
        }
        return slowest;
    }

    private OptionalDouble watts(Placed placed) {
        double[] busy = busyDevices(planning, placed);
        double sum = 0;
        for (int c = 0; c < planning.members().count(); c++) {
            if (planning.members().hosted(c)) {
                int hosted = c;
                boolean used = IntStream.range(0, planning.modes().size())
                        .anyMatch(i -> planning.chosen(placed.modes(), i).mode().deviceClass() == hosted);
                if (used) return OptionalDouble.empty(); // what an endpoint takes is not known
                continue;
            }
            ClassUse use = placed.evaluation().classes().get(c);
            if (use.devices() == 0) continue;
            OptionalDouble watts =
                    EnergyProblem.watts(planning.members().classes().get(c), use.devices(), busy[c]);
            if (watts.isEmpty()) return OptionalDouble.empty();
            sum += watts.getAsDouble();
        }
        return OptionalDouble.of(sum);
    }

    /** {@return by member, the devices that are busy on average} */
    static double[] busyDevices(PlanningProblem planning, Placed placed) {
        double[] busy = new double[planning.members().count()];
        for (int i = 0; i < planning.modes().size(); i++) {
            CandidateMode chosen = planning.chosen(placed.modes(), i);
            busy[chosen.mode().deviceClass()] += chosen.busyDevices();
        }
        return busy;
    }

    /** {@return the hosted endpoints that a placement uses} */
    static List<PlannedEndpoint> endpoints(PlanningProblem planning, Workload workload, Placed placed) {
        List<PlannedEndpoint> used = new ArrayList<>();
        double rate = workload.requestsPerSecond();
        for (int c = planning.members().classes().size(); c < planning.members().count(); c++) {
            double dollars = 0;
            double calls = 0;
            double tokens = 0;
            boolean any = false;
            for (int i = 0; i < planning.modes().size(); i++) {
                CandidateMode chosen = planning.chosen(placed.modes(), i);
                if (chosen.mode().deviceClass() != c) continue;
                any = true;
                GranularOperator o = planning.units().graph().operators().get(i);
                Generate g = GranularGraph.generateOf(o);
                boolean prefill = o.id().phase() == Phase.PREFILL;
                double perSecond = CountedModes.times(rate, o.visits());
                dollars += chosen.mode().dollarsPerRequest() * rate * 3600;
                if (prefill) calls += perSecond;
                tokens += perSecond * 60 * (prefill ? g.expectedPromptTokens() : g.expectedOutputTokens());
            }
            if (any) used.add(new PlannedEndpoint(planning.members().name(c), dollars, calls, tokens));
        }
        return used;
    }
}
