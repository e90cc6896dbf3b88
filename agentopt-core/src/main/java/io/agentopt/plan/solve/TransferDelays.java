package io.agentopt.plan.solve;

import java.util.Arrays;

/** Puts the least transfer time under the current shares of the classes into the arcs of a {@link TimeCostProgram}. */
final class TransferDelays {
    private final TimeCostProgram program;
    private final CompiledProblem p;
    private final ClassTransport transport;
    private final double[][] share;
    private final boolean[][] has;
    private final double[] delay;

    TransferDelays(TimeCostProgram program) {
        this.program = program;
        p = program.p;
        transport = new ClassTransport(p.classes);
        share = new double[p.operators][p.classes];
        has = new boolean[p.operators][p.classes];
        delay = new double[p.edgeFrom.length];
        for (int i = 0; i < p.operators; i++) {
            for (int k = program.firstMode[i]; k < program.firstMode[i + 1]; k++) has[i][program.modeClass[k]] = true;
        }
    }

    /** Sets the delays for shares of the modes. */
    void set(double[] modes) {
        for (int i = 0; i < p.operators; i++) {
            Arrays.fill(share[i], 0);
            double sum = 0;
            for (int k = program.firstMode[i]; k < program.firstMode[i + 1]; k++) sum += modes[k];
            for (int k = program.firstMode[i]; k < program.firstMode[i + 1]; k++) {
                share[i][program.modeClass[k]] += modes[k] / sum;
            }
        }
        double[] table = new double[p.classes * p.classes];
        for (int e = 0; e < delay.length; e++) {
            // A missing link is as slow as the whole limit: the bound knows better, this is only where the flow is
            // sought.
            for (int q = 0; q < table.length; q++) {
                table[q] = p.transfer[e][q] < 0 ? 1 : p.transfer[e][q] / program.timeUnit;
            }
            int from = p.edgeFrom[e];
            int to = p.edgeTo[e];
            double least = transport.solve(table, share[from], share[to], has[from], has[to]);
            delay[e] = Double.isFinite(least) ? Math.clamp(least, 0, 1) : 0;
        }
        for (int a = 0; a < program.arcs; a++) {
            if (program.arcEdge[a] >= 0) program.arcRoom[a] = -delay[program.arcEdge[a]];
        }
    }

    /** {@return what the delays cost under flows of the arcs} */
    double price(double[] flow) {
        double sum = 0;
        for (int a = 0; a < program.arcs; a++) if (program.arcEdge[a] >= 0) sum -= flow[a] * program.arcRoom[a];
        return sum;
    }
}
