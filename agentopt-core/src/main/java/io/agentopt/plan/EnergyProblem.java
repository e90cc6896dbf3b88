package io.agentopt.plan;

import io.agentopt.cost.PowerModel;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The placement problem with watts in place of dollars per hour:
 *
 * <pre>
 * watts = sum over classes of devices * idle watts  +  sum over modes of busy devices * watts that full use adds
 * </pre>
 *
 * by {@link PowerModel#generic}. A busy device counts as fully used, which its memory or arithmetic nearly is. At a fixed request rate the
 * least watts are the least joules per request. Transfers are counted as part of the devices.
 */
final class EnergyProblem {
    private EnergyProblem() {}

    static PlacementProblem of(PlacementProblem problem, Members members, List<List<CandidateMode>> modes) {
        List<io.agentopt.plan.problem.DeviceClass> classes = new ArrayList<>();
        for (int c = 0; c < members.count(); c++) {
            var priced = problem.classes().get(c);
            classes.add(new io.agentopt.plan.problem.DeviceClass(
                    priced.name(),
                    power(members.classes().get(c)).orElseThrow().idleWatts(),
                    priced.capacityLoad(),
                    priced.memoryBytes(),
                    priced.inventory(),
                    priced.minimumDevices()));
        }
        double perHour = Math.max(
                1, problem.requestsPerHour()); // a rate so small that a request takes more than is counted is scaled
        List<OperatorModes> operators = new ArrayList<>();
        for (int i = 0; i < problem.operators().size(); i++) {
            List<CandidateMode> candidates = modes.get(i);
            operators.add(new OperatorModes(
                    problem.operators().get(i).name(),
                    candidates.stream().map(m -> counted(m, members, perHour)).toList()));
        }
        double bytes = problem.requestsPerHour() / perHour;
        List<PlacementEdge> edges = problem.edges().stream()
                .map(e -> new PlacementEdge(e.from(), e.to(), withoutMoney(e.costs()), e.bytesPerRequest() * bytes))
                .toList();
        return new PlacementProblem(
                problem.name(),
                classes,
                operators,
                edges,
                perHour,
                problem.deadlineSeconds(),
                problem.milestones(),
                problem.colocated(),
                problem.links());
    }

    /** What is paid by use is an amount per request: watts are divided by the requests of an hour, by which the solver multiplies again. */
    private static Mode counted(CandidateMode candidate, Members members, double perHour) {
        Mode m = candidate.mode();
        double watts = candidate.busyDevices()
                * power(members.classes().get(m.deviceClass())).orElseThrow().slopeWatts();
        if (watts > Quanta.MAX_RATE) {
            throw new IllegalArgumentException("Mode '" + m.label() + "' on '" + members.name(m.deviceClass())
                    + "' takes " + Explanation.number(watts) + " W; plans count to "
                    + Explanation.number(Quanta.MAX_RATE) + ". Plan a share of the workload and multiply.");
        }
        return new Mode(
                m.deviceClass(),
                m.label(),
                m.seconds(),
                watts / perHour,
                m.load(),
                m.memoryBytes(),
                m.sharedGroup(),
                m.sharedBytes(),
                m.devices());
    }

    private static PairCosts withoutMoney(PairCosts costs) {
        PairCosts.Builder free = PairCosts.builder(costs.classes());
        for (int a = 0; a < costs.classes(); a++) {
            for (int b = 0; b < costs.classes(); b++) {
                if (costs.linked(a, b)) free.set(a, b, costs.seconds(a, b), 0);
                else free.forbid(a, b);
            }
        }
        return free.build();
    }

    static Optional<PowerModel> power(DeviceClass c) {
        return PowerModel.generic(c.device());
    }

    /** {@return power of devices of a class, W; empty where that of one is not known} */
    static OptionalDouble watts(DeviceClass c, double devices, double busy) {
        return power(c).map(p -> OptionalDouble.of(p.idleWatts() * devices + p.slopeWatts() * busy))
                .orElse(OptionalDouble.empty());
    }
}
