package io.agentopt.plan.solve;

/** A cost that no placement within the inventories exceeds: the stand-in for the best while there is none. */
final class CostCeiling {
    private CostCeiling() {}

    static double of(CompiledProblem p) {
        double sum = 1;
        double[] devices = new double[p.classes];
        for (int i = 0; i < p.operators; i++) {
            double dearest = 0;
            for (int j = 0; j < p.modeClass[i].length; j++) {
                int h = p.modeClass[i][j];
                dearest = Math.max(dearest, p.dollars[i][j]);
                double need = (double) p.load[i][j] / p.capacityLoad[h] + p.degrees[p.degree[i][j]];
                if (p.capacityMemory[h] > 0)
                    need += (double) (p.memory[i][j] + p.sharedBytes[i][j]) / p.capacityMemory[h];
                devices[h] += need;
            }
            sum += dearest;
        }
        for (double[] table : p.transferDollars) {
            double dearest = 0;
            for (double each : table) dearest = Math.max(dearest, each);
            sum += dearest;
        }
        for (int h = 0; h < p.classes; h++) {
            sum += p.price[h] * Math.max(p.minimum[h], Math.min(p.inventory[h], devices[h] + 1));
        }
        return 2 * sum;
    }
}
