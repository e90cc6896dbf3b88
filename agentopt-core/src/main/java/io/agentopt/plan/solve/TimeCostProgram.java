package io.agentopt.plan.solve;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The linear relaxation with transfers held fixed: the time-cost tradeoff of project planning (Kelley 1961) over device classes.
 *
 * <pre>
 * minimise sum_h price n_h + sum cost x
 * sum_j x_ij = 1                                         one mode for each operator
 * sum load x &lt;= n_h,  sum memory x &lt;= n_h                in devices of the class
 * s_i + sum_j time_ij x_ij + delay_e &lt;= s_k              for an edge i to k, and s_i + sum_j time_ij x_ij &lt;= limit at the ends
 * </pre>
 * One start time s for each deadline and operator that the deadline looks at. Times are in shares of {@link #timeUnit}, money in {@link #moneyUnit}.
 */
final class TimeCostProgram {
    final CompiledProblem p;
    final double timeUnit; // nanoseconds
    final double moneyUnit; // dollars per hour

    final int[] firstMode; // of an operator; last entry is the count
    final int[] mode; // index in the compiled problem
    final int[] modeClass;
    final double[] cost;
    final double[] time;
    final double[] load; // in devices
    final double[] memory;

    final int potentials;
    final int[] potentialOperator;
    final int[] potentialDeadline;
    final int arcs;
    final int[] arcFrom; // potential
    final int[] arcTo; // potential, -1 for the limit
    final int[] arcEdge; // -1 for the limit
    final double[] arcRoom; // limit less delay
    final int[] firstArc; // of those that start at an operator, over all deadlines; last entry is the count

    final double[] price;
    final double[] least;
    final double[] room; // most devices less the least, infinite where there are as many as needed
    final boolean[] priced; // the row is in the program: load at 2h, memory at 2h + 1

    TimeCostProgram(CompiledProblem p, Domain domain, double[][] memoryBytes) {
        this.p = p;
        double longest = 1;
        for (long each : p.limit) if (each < CompiledProblem.UNLIMITED) longest = Math.max(longest, each);
        timeUnit = longest;
        firstMode = new int[p.operators + 1];
        for (int i = 0; i < p.operators; i++) {
            firstMode[i + 1] = firstMode[i];
            for (boolean each : domain.allowed[i]) if (each) firstMode[i + 1]++;
        }
        int modes = firstMode[p.operators];
        mode = new int[modes];
        modeClass = new int[modes];
        cost = new double[modes];
        time = new double[modes];
        load = new double[modes];
        memory = new double[modes];
        double typical = 0;
        for (int i = 0; i < p.operators; i++) {
            int at = firstMode[i];
            double cheapest = Double.POSITIVE_INFINITY;
            for (int j = 0; j < domain.allowed[i].length; j++) {
                if (!domain.allowed[i][j]) continue;
                int h = p.modeClass[i][j];
                mode[at] = j;
                modeClass[at] = h;
                time[at] = p.time[i][j] / timeUnit;
                load[at] = (double) p.load[i][j] / p.capacityLoad[h];
                memory[at] = p.capacityMemory[h] > 0 ? memoryBytes[i][j] / p.capacityMemory[h] : 0;
                cheapest = Math.min(cheapest, p.dollars[i][j] + p.price[h] * load[at]);
                at++;
            }
            typical += cheapest;
        }
        moneyUnit = Math.max(1e-9, typical / p.operators);
        for (int i = 0; i < p.operators; i++) {
            for (int k = firstMode[i]; k < firstMode[i + 1]; k++) cost[k] = p.dollars[i][mode[k]] / moneyUnit;
        }
        price = new double[p.classes];
        least = new double[p.classes];
        room = new double[p.classes];
        priced = new boolean[2 * p.classes];
        for (int h = 0; h < p.classes; h++) {
            price[h] = p.price[h] / moneyUnit;
            least[h] = domain.least[h];
            room[h] = domain.most[h] > 100_000 ? Double.POSITIVE_INFINITY : domain.most[h] - domain.least[h];
            boolean free = price[h] == 0 && Double.isInfinite(room[h]);
            for (int k = 0; k < modes; k++) {
                if (modeClass[k] != h || free) continue;
                priced[2 * h] |= load[k] > 0;
                priced[2 * h + 1] |= memory[k] > 0;
            }
        }
        int deadlines = p.limit.length;
        int[][] potential = new int[deadlines][p.operators];
        potentialOperator = new int[deadlines * p.operators];
        potentialDeadline = new int[deadlines * p.operators];
        int count = 0;
        for (int d = 0; d < deadlines; d++) {
            Arrays.fill(potential[d], -1);
            if (p.limit[d] >= CompiledProblem.UNLIMITED) continue;
            boolean[] seen = new boolean[p.operators];
            for (int at = p.operators - 1; at >= 0; at--) {
                int i = p.order[at];
                seen[i] = p.counts[d][i];
                for (int e : p.out[i]) seen[i] |= seen[p.edgeTo[e]];
            }
            for (int i : p.order) {
                if (!seen[i]) continue;
                potentialOperator[count] = i;
                potentialDeadline[count] = d;
                potential[d][i] = count++;
            }
        }
        potentials = count;
        int most = potentials + deadlines * p.edgeFrom.length;
        arcFrom = new int[most];
        arcTo = new int[most];
        arcEdge = new int[most];
        arcRoom = new double[most];
        firstArc = new int[p.operators + 1];
        int made = 0;
        for (int i = 0; i < p.operators; i++) {
            for (int d = 0; d < deadlines; d++) {
                if (potential[d][i] < 0) continue;
                int before = made;
                for (int e : p.out[i]) {
                    if (potential[d][p.edgeTo[e]] < 0) continue;
                    arcTo[made] = potential[d][p.edgeTo[e]];
                    arcEdge[made] = e;
                    arcFrom[made++] = potential[d][i];
                }
                if (made > before) continue;
                arcTo[made] = -1;
                arcEdge[made] = -1;
                arcRoom[made] = p.limit[d] / timeUnit;
                arcFrom[made++] = potential[d][i];
            }
            firstArc[i + 1] = made;
        }
        arcs = made;
    }

    /** {@return for each start time those it meets in a term once durations are eliminated: those of an operator and of its successors} */
    int[][] neighbours() {
        BitSet[] met = new BitSet[potentials];
        for (int v = 0; v < potentials; v++) met[v] = new BitSet();
        BitSet clique = new BitSet();
        for (int i = 0; i < p.operators; i++) {
            clique.clear();
            for (int a = firstArc[i]; a < firstArc[i + 1]; a++) {
                clique.set(arcFrom[a]);
                if (arcTo[a] >= 0) clique.set(arcTo[a]);
            }
            clique.stream().forEach(v -> met[v].or(clique));
        }
        int[][] neighbours = new int[potentials][];
        for (int v = 0; v < potentials; v++) {
            met[v].clear(v);
            neighbours[v] = met[v].stream().toArray();
        }
        return neighbours;
    }
}
