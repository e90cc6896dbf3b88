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
