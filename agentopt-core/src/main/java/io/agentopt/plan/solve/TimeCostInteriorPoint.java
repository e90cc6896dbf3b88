package io.agentopt.plan.solve;

/**
 * Primal-dual interior point method with predictor and corrector (Mehrotra 1992) on a {@link TimeCostProgram}. Some 20 to 45 iterations,
 * each a sparse factorisation with a row for each start time: what the program's optimum costs hardly depends on the number of modes.
 */
final class TimeCostInteriorPoint {
    private static final double TO_BOUNDARY = 0.995;

    final TimeCostPoint point;
    private final TimeCostNewton newton;

    TimeCostInteriorPoint(TimeCostProgram program) {
        point = new TimeCostPoint(program);
        newton = new TimeCostNewton(point);
    }

    /** {@return whether gap and residuals are within the tolerance; if not, one iteration was made} */
    boolean optimal(double tolerance) {
        point.measure();
        if (point.gap < tolerance && point.residual < tolerance) return true;
        newton.factor();
        double mean = point.meanProduct(0, 0);
        newton.direction(0, false);
        double reached = point.meanProduct(primalLength(1), dualLength(1));
        newton.direction(mean * Math.clamp(Math.pow(reached / mean, 3), 1e-6, 1), true);
        point.move(primalLength(TO_BOUNDARY), dualLength(TO_BOUNDARY));
        return false;
    }

    private double primalLength(double share) {
        double room = 1 / share;
        for (ComplementaryPairs each : point.all()) room = each.primalRoom(room);
        return share * room;
    }

    private double dualLength(double share) {
        double room = 1 / share;
        for (ComplementaryPairs each : point.all()) room = each.dualRoom(room);
        return share * room;
    }
}
