package io.agentopt.plan.solve;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.ArrayList;
import java.util.List;

/**
 * Leaves out modes that no optimal placement needs. A mode is dominated by another of the same class that is no worse in
 * time, money, load, memory and devices and shares the same weights or none. Never across classes: transfers differ there.
 */
final class ModeReduction {
    private ModeReduction() {}

    /** {@return indices of the modes to keep, ascending; empty when each is oversized and those are dropped} */
    static int[] kept(PlacementProblem problem, List<Mode> modes, boolean dropOversized) {
        List<Integer> kept = new ArrayList<>();
        for (int j = 0; j < modes.size(); j++) {
            Mode mode = modes.get(j);
            if (dropOversized && oversized(mode, problem.classes().get(mode.deviceClass()))) continue;
            boolean dominated = false;
            for (int k = 0; k < modes.size() && !dominated; k++) {
                dominated = k != j && dominates(modes.get(k), mode) && (k < j || !dominates(mode, modes.get(k)));
            }
            if (!dominated) kept.add(j);
        }
        return kept.stream().mapToInt(Integer::intValue).toArray();
    }

    private static boolean oversized(Mode mode, DeviceClass on) {
        long forLoad = Quanta.devicesFor(Quanta.load(mode.load()), Quanta.load(on.capacityLoad()));
        long forMemory = Quanta.devicesFor(mode.memoryBytes() + mode.sharedBytes(), on.memoryBytes());
        return Math.max(mode.devices(), Math.max(forLoad, forMemory)) > on.inventory();
    }

    private static boolean dominates(Mode a, Mode b) {
        return a.deviceClass() == b.deviceClass()
                && (a.sharedBytes() == 0 || a.sharedGroup() == b.sharedGroup())
                && Quanta.nanoseconds(a.seconds()) <= Quanta.nanoseconds(b.seconds())
                && a.dollarsPerRequest() <= b.dollarsPerRequest()
                && Quanta.load(a.load()) <= Quanta.load(b.load())
                && a.memoryBytes() <= b.memoryBytes()
                && a.devices() <= b.devices();
    }
}
