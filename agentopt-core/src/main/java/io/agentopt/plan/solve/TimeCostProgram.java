package io.agentopt.plan.solve;

import java.util.Arrays;

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
    final int[][] potentialsOf; // operator
    final int arcs;
    final int[] arcFrom; // potential
    final int[] arcTo; // potential, -1 for the limit
    final int[] arcEdge; // -1 for the limit
    final double[] arcRoom; // limit less delay
    final int[][] outOf; // operator: arcs that start there, over all deadlines

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
        potentialsOf = new int[p.operators][];
        outOf = new int[p.operators][];
        int made = 0;
        for (int i = 0; i < p.operators; i++) {
            int from = made;
            int own = 0;
            for (int d = 0; d < deadlines; d++) {
                if (potential[d][i] < 0) continue;
                own++;
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
            outOf[i] = new int[made - from];
            for (int k = from; k < made; k++) outOf[i][k - from] = k;
            potentialsOf[i] = new int[own];
            for (int d = deadlines - 1; d >= 0; d--) if (potential[d][i] >= 0) potentialsOf[i][--own] = potential[d][i];
        }
        arcs = made;
    }

    /** {@return for each potential those it shares a term with once operators' durations are eliminated} */
    int[][] neighbours() {
        int[][] result = new int[potentials][];
        java.util.TreeSet<Integer>[] sets = newSets();
        for (int i = 0; i < p.operators; i++) {
            java.util.TreeSet<Integer> clique = new java.util.TreeSet<>();
            for (int a : outOf[i]) {
                clique.add(arcFrom[a]);
                if (arcTo[a] >= 0) clique.add(arcTo[a]);
            }
            for (int v : clique) sets[v].addAll(clique);
        }
        for (int v = 0; v < potentials; v++) {
            int self = v;
            result[v] = sets[v].stream().mapToInt(Integer::intValue).filter(k -> k != self).toArray();
        }
        return result;
    }

    @SuppressWarnings("unchecked")
    private java.util.TreeSet<Integer>[] newSets() {
        java.util.TreeSet<Integer>[] sets = new java.util.TreeSet[potentials];
        for (int v = 0; v < potentials; v++) sets[v] = new java.util.TreeSet<>();
        return sets;
    }
}
