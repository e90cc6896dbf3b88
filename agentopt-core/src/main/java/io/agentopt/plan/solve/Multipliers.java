package io.agentopt.plan.solve;

import java.util.Arrays;

/**
 * Prices of the relaxed limits: dollars per device for load and for memory, dollars for each deadline with the unit flow that
 * spreads it over paths. Any nonnegative values with a conserved flow give a valid bound.
 */
final class Multipliers {
    final double[] load; // dollars per device, by class
    final double[] memory;
    final double[] link; // dollars for the whole capacity of a link
    final double[] deadline; // dollars for the whole limit
    final double[][] nodeFlow; // deadline, operator: share of the unit flow through it
    final double[][] edgeFlow;

    Multipliers(CompiledProblem p) {
        load = new double[p.classes];
        memory = new double[p.classes];
        link = new double[p.linkCapacity.length];
        deadline = new double[p.limit.length];
        nodeFlow = new double[p.limit.length][p.operators];
        edgeFlow = new double[p.limit.length][p.edgeFrom.length];
        for (int h = 0; h < p.classes; h++) load[h] = p.minimum[h] > 0 ? 0 : p.price[h];
    }

    private Multipliers(Multipliers other) {
        load = other.load.clone();
        memory = other.memory.clone();
        link = other.link.clone();
        deadline = other.deadline.clone();
        nodeFlow = Arrays.stream(other.nodeFlow).map(double[]::clone).toArray(double[][]::new);
        edgeFlow = Arrays.stream(other.edgeFlow).map(double[]::clone).toArray(double[][]::new);
    }

    Multipliers copy() {
        return new Multipliers(this);
    }

    /**
     * Sets the price of a deadline and its flow from flows that need not be conserved.
     *
     * <p>With start times s_i, an edge of a feasible placement has time_i + transfer &lt;= s_k - s_i. So any flow f proves
     * sum f_i time_i + sum f_e transfer_e &lt;= sum s_i (in_i - f_i) + limit sum (f_i - out_i), if only operators that the deadline
     * counts have f_i &gt; out_i. f_i = max(in_i, out_i + end_i) makes the first sum at most 0; the second is the price.
     *
     * @param edge dollars for the whole limit, by edge; scaled down where they lead nowhere
     * @param end the same for flow that ends at an operator
     */
    void flow(CompiledProblem p, int d, double[] edge, double[] end) {
        double[] node = nodeFlow[d];
        double price = 0;
        for (int at = p.operators - 1; at >= 0; at--) {
            int i = p.order[at];
            double out = 0;
            for (int e : p.out[i]) out += edge[e];
            double in = 0;
            for (int e : p.in[i]) in += edge[e];
            double most = p.counts[d][i] ? Double.POSITIVE_INFINITY : out;
            if (in > most) for (int e : p.in[i]) edge[e] *= most / in * (1 - 1e-15);
            node[i] = Math.min(most, Math.max(in, out + end[i]));
            price += node[i] - out;
        }
        deadline[d] = price;
        for (int i = 0; i < node.length; i++) node[i] = price > 0 ? node[i] / price : 0;
        for (int e = 0; e < edge.length; e++) edgeFlow[d][e] = price > 0 ? edge[e] / price : 0;
    }

    /** Moves the flow of a deadline towards one path: (1 - share) * flow + share * path. */
    void mix(int d, double share, int[] pathNodes, int nodes, int[] pathEdges) {
        for (int i = 0; i < nodeFlow[d].length; i++) nodeFlow[d][i] *= 1 - share;
        for (int e = 0; e < edgeFlow[d].length; e++) edgeFlow[d][e] *= 1 - share;
        for (int k = 0; k < nodes; k++) {
            nodeFlow[d][pathNodes[k]] += share;
            if (k > 0) edgeFlow[d][pathEdges[k]] += share;
        }
    }
}
