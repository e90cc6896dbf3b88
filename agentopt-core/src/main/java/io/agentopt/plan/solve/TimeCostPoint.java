package io.agentopt.plan.solve;

/**
 * A primal and dual point of a {@link TimeCostProgram}, strictly inside its bounds, and how far it is from keeping the equations:
 *
 * <pre>
 * modes   cost + row prices + flow out * time - operator price = dual of x       sum_j x_ij = 1
 * starts  flow out - flow in = dual of s
 * arcs    room + s_to - s_from - duration = slack                                its dual is the flow
 * counts  price - row prices + dual of spare = dual of n                         n + spare = room
 * rows    least + n - use = slack                                                its dual is the row's price
 * </pre>
 */
final class TimeCostPoint {
    private static final double START_PRODUCT = 1;

    final TimeCostProgram program;
    final ComplementaryPairs modes;
    final ComplementaryPairs starts;
    final ComplementaryPairs arcs;
    final ComplementaryPairs counts;
    final ComplementaryPairs spares;
    final ComplementaryPairs rows;
    final double[] operatorPrice;
    final double[] operatorPriceStep;

    final double[] modeResidual;
    final double[] operatorResidual;
    final double[] startResidual;
    final double[] arcResidual;
    final double[] countResidual;
    final double[] spareResidual;
    final double[] rowResidual;
    double gap; // between primal and dual objective, relative
    double residual; // the largest
    double dualObjective;

    TimeCostPoint(TimeCostProgram program) {
        this.program = program;
        int operators = program.p.operators;
        int classes = program.p.classes;
        modes = new ComplementaryPairs(program.mode.length);
        starts = new ComplementaryPairs(program.potentials);
        arcs = new ComplementaryPairs(program.arcs);
        counts = new ComplementaryPairs(classes);
        spares = new ComplementaryPairs(classes);
        rows = new ComplementaryPairs(2 * classes);
        operatorPrice = new double[operators];
        operatorPriceStep = new double[operators];
        modeResidual = new double[program.mode.length];
        operatorResidual = new double[operators];
        startResidual = new double[program.potentials];
        arcResidual = new double[program.arcs];
        countResidual = new double[classes];
        spareResidual = new double[classes];
        rowResidual = new double[2 * classes];
        start();
    }

    private void start() {
        double[] use = new double[2 * program.p.classes];
        for (int i = 0; i < program.p.operators; i++) {
            double share = 1.0 / (program.firstMode[i + 1] - program.firstMode[i]);
            for (int k = program.firstMode[i]; k < program.firstMode[i + 1]; k++) {
                modes.set(k, share, START_PRODUCT);
                use[2 * program.modeClass[k]] += share * program.load[k];
                use[2 * program.modeClass[k] + 1] += share * program.memory[k];
            }
        }
        for (int v = 0; v < program.potentials; v++) starts.set(v, 0.5, START_PRODUCT);
        for (int a = 0; a < program.arcs; a++) arcs.set(a, 0.1, START_PRODUCT);
        for (int h = 0; h < program.p.classes; h++) {
            boolean endless = Double.isInfinite(program.room[h]);
            counts.active[h] = program.price[h] > 0 && program.room[h] > 0;
            spares.active[h] = counts.active[h] && !endless;
            double wanted = Math.max(1, Math.max(use[2 * h], use[2 * h + 1]));
            counts.set(h, endless ? wanted : Math.max(0.25, Math.min(wanted, program.room[h] / 2)), START_PRODUCT);
            spares.set(h, endless ? 1 : Math.max(0.25, program.room[h] - counts.primal[h]), START_PRODUCT);
            if (!counts.active[h]) counts.primal[h] = endless ? 0 : program.room[h];
            for (int r = 2 * h; r < 2 * h + 2; r++) {
                rows.active[r] = program.priced[r];
                double price = Math.max(0.1, program.price[h] / 3);
                rows.set(r, START_PRODUCT / price, START_PRODUCT);
                if (!rows.active[r]) rows.dual[r] = 0;
            }
        }
    }

    /** {@return the mean product of the pairs after a step of such lengths} */
    double meanProduct(double primalLength, double dualLength) {
        double sum = 0;
        int count = 0;
        for (ComplementaryPairs each : all()) {
            sum += each.products(primalLength, dualLength);
            count += each.count();
        }
        return sum / Math.max(1, count);
    }

    ComplementaryPairs[] all() {
        return new ComplementaryPairs[] {modes, starts, arcs, counts, spares, rows};
    }

    void move(double primalLength, double dualLength) {
        for (ComplementaryPairs each : all()) each.move(primalLength, dualLength);
        for (int i = 0; i < operatorPrice.length; i++) operatorPrice[i] += dualLength * operatorPriceStep[i];
    }

    /** {@return the price of an operator's time: all flow that leaves it} */
    double flowOut(int i) {
        double sum = 0;
        for (int a = program.firstArc[i]; a < program.firstArc[i + 1]; a++) sum += arcs.dual[a];
        return sum;
    }

    /** {@return the time an operator takes, over its shares} */
    double duration(int i) {
        double sum = 0;
        for (int k = program.firstMode[i]; k < program.firstMode[i + 1]; k++) sum += modes.primal[k] * program.time[k];
        return sum;
    }

    /** {@return the start time of an arc's end; 0 at a limit} */
    static double at(double[] potential, int v) {
        return v < 0 ? 0 : potential[v];
    }

    void measure() {
        residual = 0;
        double primal = 0;
        dualObjective = 0;
        double[] use = new double[2 * program.p.classes];
        double[] leaves = new double[program.potentials];
        for (int i = 0; i < program.p.operators; i++) {
            primal += measureModes(i, use);
            double duration = duration(i);
            for (int a = program.firstArc[i]; a < program.firstArc[i + 1]; a++) {
                int to = program.arcTo[a];
                arcResidual[a] = worst(program.arcRoom[a]
                        + at(starts.primal, to)
                        - starts.primal[program.arcFrom[a]]
                        - duration
                        - arcs.primal[a]);
                leaves[program.arcFrom[a]] += arcs.dual[a];
                if (to >= 0) leaves[to] -= arcs.dual[a];
                dualObjective -= arcs.dual[a] * program.arcRoom[a];
            }
        }
        for (int v = 0; v < program.potentials; v++) startResidual[v] = worst(starts.dual[v] - leaves[v]);
        for (int h = 0; h < program.p.classes; h++) primal += measureClass(h, use);
        gap = Math.abs(primal - dualObjective) / (1 + Math.abs(primal));
    }

    private double measureModes(int i, double[] use) {
        double flow = flowOut(i);
        double sum = 0;
        double money = 0;
        for (int k = program.firstMode[i]; k < program.firstMode[i + 1]; k++) {
            double x = modes.primal[k];
            modeResidual[k] = worst(modes.dual[k] - (pricedCost(k) + flow * program.time[k] - operatorPrice[i]));
            sum += x;
            money += program.cost[k] * x;
            use[2 * program.modeClass[k]] += x * program.load[k];
            use[2 * program.modeClass[k] + 1] += x * program.memory[k];
        }
        operatorResidual[i] = worst(1 - sum);
        dualObjective += operatorPrice[i];
        return money;
    }

    /** {@return money of a mode at the prices of the class rows, its time left aside} */
    double pricedCost(int k) {
        int h = program.modeClass[k];
        return program.cost[k] + rows.dual[2 * h] * program.load[k] + rows.dual[2 * h + 1] * program.memory[k];
    }

    private double measureClass(int h, double[] use) {
        boolean movable = counts.active[h];
        double sure = program.least[h] + (movable ? 0 : counts.primal[h]);
        dualObjective += program.price[h] * sure;
        double prices = 0;
        for (int r = 2 * h; r < 2 * h + 2; r++) {
            if (!rows.active[r]) continue;
            prices += rows.dual[r];
            rowResidual[r] = program.least[h] + counts.primal[h] - use[r] - rows.primal[r];
            worst(rowResidual[r] / (1 + use[r]));
        }
        dualObjective -= prices * sure;
        if (movable) {
            double spare = spares.active[h] ? spares.dual[h] : 0;
            countResidual[h] = worst(counts.dual[h] - (program.price[h] - prices + spare));
        }
        if (spares.active[h]) {
            spareResidual[h] = program.room[h] - counts.primal[h] - spares.primal[h];
            worst(spareResidual[h] / (1 + counts.primal[h]));
            dualObjective -= spares.dual[h] * program.room[h];
        }
        return program.price[h] * (program.least[h] + counts.primal[h]);
    }

    private double worst(double value) {
        residual = Math.max(residual, Math.abs(value));
        return value;
    }
}
