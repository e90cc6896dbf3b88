package io.agentopt.plan.granular;

/** The longest path of a granular graph whose edges go forward. */
final class LongestPath {
    private LongestPath() {}

    /** Every operator takes a second a run; input and output take none. */
    static double ofUnits(GranularGraph graph) {
        double[] finish = new double[graph.operators().size()];
        for (int i = 0; i < finish.length; i++) {
            double start = 0;
            for (GranularEdge e : graph.edges()) if (e.to() == i) start = Math.max(start, finish[e.from()]);
            GranularOperator o = graph.operators().get(i);
            finish[i] = start + (o.call().isPresent() ? o.pathVisits() : 0);
        }
        return finish[finish.length - 1];
    }
}
