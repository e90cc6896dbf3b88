package io.agentopt.plan.solve;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.Arrays;
import java.util.List;

/**
 * Leaves out modes that no optimal placement needs. A mode is dominated by another of the same class that is no worse in
 * time, money, load, memory and devices and shares the same weights or none. Never across classes: transfers differ there.
 */
final class ModeReduction {
    private ModeReduction() {}

    /** {@return indices of the modes to keep, ascending; empty when each is oversized and those are dropped} */
    static int[] kept(PlacementProblem problem, List<Mode> modes, boolean dropOversized) {
        int count = modes.size();
        long[][] needs = new long[count][];
        int[] on = new int[count];
        for (int j = 0; j < count; j++) {
            needs[j] = needs(modes.get(j));
            on[j] = modes.get(j).deviceClass();
        }
        int[] kept = new int[count];
        int length = 0;
        for (int j = 0; j < count; j++) {
            if (dropOversized && oversized(modes.get(j), problem.classes().get(on[j]))) continue;
            boolean dominated = false;
            for (int k = 0; k < count && !dominated; k++) {
                if (k == j || on[k] != on[j]) continue;
                dominated = dominates(modes, needs, k, j) && (k < j || !dominates(modes, needs, j, k));
            }
            if (!dominated) kept[length++] = j;
        }
        return Arrays.copyOf(kept, length);
    }

    /** What a mode takes, in quanta; less is better in each. */
    private static long[] needs(Mode mode) {
        return new long[] {
            Quanta.nanoseconds(mode.seconds()), Quanta.load(mode.load()), mode.memoryBytes(), mode.devices()
        };
    }

    private static boolean oversized(Mode mode, DeviceClass on) {
        long forLoad = Quanta.devicesFor(Quanta.load(mode.load()), Quanta.load(on.capacityLoad()));
        long forMemory = Quanta.devicesFor(mode.memoryBytes() + mode.sharedBytes(), on.memoryBytes());
        return Math.max(mode.devices(), Math.max(forLoad, forMemory)) > on.inventory();
    }

    /** Both modes are on one class. */
    private static boolean dominates(List<Mode> modes, long[][] needs, int j, int k) {
        for (int n = 0; n < needs[j].length; n++) if (needs[j][n] > needs[k][n]) return false;
        Mode a = modes.get(j);
        Mode b = modes.get(k);
        return (a.sharedBytes() == 0 || a.sharedGroup() == b.sharedGroup())
                && a.dollarsPerRequest() <= b.dollarsPerRequest();
    }
}
