package io.agentopt.plan;

import io.agentopt.plan.PlanDetails.Limit;
import io.agentopt.plan.problem.ClassUse;
import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.LinkCapacity;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.plan.solve.Placed;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a placement uses of each limit. */
final class PlanLimits {
    private PlanLimits() {}

    static List<Limit> of(PlacementProblem problem, Placed placed) {
        Evaluation evaluation = placed.evaluation();
        List<Limit> limits = new ArrayList<>();
        problem.deadlineSeconds()
                .ifPresent(limit -> time(limits, "end-to-end mean", evaluation.endToEndSeconds(), limit));
        for (int m = 0; m < problem.milestones().size(); m++) {
            double limit = problem.milestones().get(m).seconds();
            double used = evaluation.milestoneSeconds().get(m);
            time(limits, problem.milestones().get(m).name() + " mean", used, limit);
        }
        for (int h = 0; h < problem.classes().size(); h++) {
            ClassUse use = evaluation.classes().get(h);
            if (use.devices() > 0) limits.add(devices(problem.classes().get(h), use));
        }
        for (int l = 0; l < problem.links().size(); l++) {
            LinkCapacity link = problem.links().get(l);
            double used = evaluation.linkBytesPerSecond().get(l);
            if (used == 0) continue;
            limits.add(new Limit(
                    "link '" + problem.classes().get(link.fromClass()).name() + "' to '"
                            + problem.classes().get(link.toClass()).name() + "'",
                    used,
                    link.bytesPerSecond(),
                    "bytes/s",
                    Explanation.bytes(used) + "/s of " + Explanation.bytes(link.bytesPerSecond()) + "/s"));
        }
        for (List<Integer> group : problem.colocated()) {
            String names = group.stream()
                    .map(i -> "'" + problem.operators().get(i).name() + "'")
                    .collect(Collectors.joining(", "));
            limits.add(new Limit("one class", 1, 1, "classes", names + " stay together"));
        }
        return limits;
    }

    /** A limit beyond any plan is none. */
    private static void time(List<Limit> limits, String name, double used, double limit) {
        if (limit >= Quanta.MAX_DEADLINE_SECONDS) return;
        limits.add(new Limit(
                name,
                used,
                limit,
                "s",
                Explanation.time(used) + " of " + Explanation.time(limit) + ", "
                        + Explanation.time(Math.max(0, limit - used)) + " left"));
    }

    private static Limit devices(DeviceClass c, ClassUse use) {
        String stock = c.inventory() >= DeviceClass.AS_MANY_AS_NEEDED ? "" : " of " + c.inventory();
        double forLoad = use.load() / c.capacityLoad();
        double forMemory = c.memoryBytes() == 0 ? 0 : (double) use.memoryBytes() / c.memoryBytes();
        String why = switch (use.binding()) {
            case LOAD -> "busy time fills " + Explanation.number(forLoad);
            case MEMORY -> "weights and KV caches fill " + Explanation.number(forMemory);
            case DEGREE -> "the widest mode needs them all; busy time fills " + Explanation.number(forLoad);
            case NOTHING -> "nothing needs them";
        };
        return new Limit(
                "'" + c.name() + "'",
                use.devices(),
                c.inventory(),
                "devices",
                use.devices() + stock + (use.devices() == 1 && stock.isEmpty() ? " device, " : " devices, ") + why);
    }
}
