package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Quanta;

/** Load, memory and devices of every class under a changing set of placed operators; add and remove are O(1). */
final class FleetState {
    private final CompiledProblem p;
    final long[] load;
    final long[] memory;
    private final int[] sharers; // class * groups + group
    private final int[] ofDegree; // class * degrees + degree

    FleetState(CompiledProblem p) {
        this.p = p;
        load = new long[p.classes];
        memory = new long[p.classes];
        sharers = new int[p.classes * p.groups];
        ofDegree = new int[p.classes * p.degrees.length];
    }

    void add(int i, int j) {
        int h = p.modeClass[i][j];
        load[h] += p.load[i][j];
        memory[h] += p.memory[i][j];
        int g = p.group[i][j];
        if (g >= 0 && sharers[h * p.groups + g]++ == 0) memory[h] += p.sharedBytes[i][j];
        ofDegree[h * p.degrees.length + p.degree[i][j]]++;
    }

    void remove(int i, int j) {
        int h = p.modeClass[i][j];
        load[h] -= p.load[i][j];
        memory[h] -= p.memory[i][j];
        int g = p.group[i][j];
        if (g >= 0 && --sharers[h * p.groups + g] == 0) memory[h] -= p.sharedBytes[i][j];
        ofDegree[h * p.degrees.length + p.degree[i][j]]--;
    }

    /** {@return whole devices that class {@code h} needs} */
    long devices(int h) {
        long forLoad = Quanta.devicesFor(load[h], p.capacityLoad[h]);
        long forMemory = Quanta.devicesFor(memory[h], p.capacityMemory[h]);
        return Math.max(widest(h), Math.max(forLoad, forMemory));
    }

    /** {@return devices that class {@code h} needs before rounding, the width of its modes left aside: a slope, not a bound} */
    double fraction(int h) {
        double forLoad = load[h] == 0 ? 0 : (double) load[h] / p.capacityLoad[h];
        double forMemory = memory[h] == 0
                ? 0
                : p.capacityMemory[h] == 0 ? Quanta.NO_CAPACITY : (double) memory[h] / p.capacityMemory[h];
        return Math.max(forLoad, forMemory);
    }

    /**
     * {@return the dollars per hour of class {@code h} with its rounding softened}
     *
     * @param weight 0 for whole devices, 1 for devices before rounding
     */
    double softDollars(int h, double weight) {
        return p.price[h] * Math.max(p.minimum[h], (1 - weight) * devices(h) + weight * fraction(h));
    }

    double dollars(int h) {
        return p.price[h] * Math.max(devices(h), p.minimum[h]);
    }

    double dollars() {
        double sum = 0;
        for (int h = 0; h < p.classes; h++) sum += dollars(h);
        return sum;
    }

    /** {@return devices of the widest mode on class {@code h}} */
    int widest(int h) {
        int base = h * p.degrees.length;
        for (int d = p.degrees.length - 1; d > 0; d--) if (ofDegree[base + d] > 0) return p.degrees[d];
        return 0;
    }
}
