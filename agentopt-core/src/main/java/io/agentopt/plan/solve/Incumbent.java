package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Quanta;

/** The best feasible placement seen so far, by true cost. Infeasible states are never recorded, whatever they cost. */
final class Incumbent {
    private int[] mode = {};
    private double cost = Double.POSITIVE_INFINITY;
    private long foundAt;

    /** Records the state if it is feasible and cheaper. */
    boolean offer(SearchState state) {
        return Quanta.cheaper(state.cost(), cost) && state.feasible() && take(state);
    }

    private boolean take(SearchState state) {
        mode = state.mode.clone();
        cost = state.cost();
        foundAt = System.nanoTime();
        return true;
    }

    boolean found() {
        return mode.length > 0;
    }

    int[] mode() {
        return mode;
    }

    /** {@return when it was found, on the clock of {@code System.nanoTime}} */
    long foundAt() {
        return foundAt;
    }

    double cost() {
        return cost;
    }
}
