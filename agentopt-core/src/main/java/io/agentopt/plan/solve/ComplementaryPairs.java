package io.agentopt.plan.solve;

import java.util.Arrays;

/** Nonnegative values of a linear program with the dual values whose product with them goes to zero, and a step of both. */
final class ComplementaryPairs {
    final double[] primal;
    final double[] dual;
    final double[] primalStep;
    final double[] dualStep;
    final boolean[] active; // others stay as they are and count for nothing

    ComplementaryPairs(int size) {
        primal = new double[size];
        dual = new double[size];
        primalStep = new double[size];
        dualStep = new double[size];
        active = new boolean[size];
        Arrays.fill(active, true);
    }

    /** Sets a value, and its partner so that the product is {@code product}. */
    void set(int k, double value, double product) {
        primal[k] = value;
        dual[k] = product / value;
    }

    /** {@return what the product lacks to {@code mu}, less the product of the last step when that is to be corrected for} */
    double lack(int k, double mu, boolean correct) {
        double lack = mu - primal[k] * dual[k];
        return correct ? lack - primalStep[k] * dualStep[k] : lack;
    }

    /** Takes over a step of the primal value; the partner's follows from {@link #lack}. */
    void primalStep(int k, double step, double lack) {
        primalStep[k] = step;
        dualStep[k] = (lack - dual[k] * step) / primal[k];
    }

    /** Takes over a step of the dual value; the partner's follows from {@link #lack}. */
    void dualStep(int k, double step, double lack) {
        dualStep[k] = step;
        primalStep[k] = (lack - primal[k] * step) / dual[k];
    }

    /** {@return the sum of the products after a step of such lengths} */
    double products(double primalLength, double dualLength) {
        double sum = 0;
        for (int k = 0; k < primal.length; k++) {
            if (active[k]) sum += (primal[k] + primalLength * primalStep[k]) * (dual[k] + dualLength * dualStep[k]);
        }
        return sum;
    }

    int count() {
        int count = 0;
        for (boolean each : active) if (each) count++;
        return count;
    }

    /** {@return the longest primal step that keeps all values nonnegative, at most {@code most}} */
    double primalRoom(double most) {
        return room(primal, primalStep, most);
    }

    /** {@return the longest dual step that keeps all values nonnegative, at most {@code most}} */
    double dualRoom(double most) {
        return room(dual, dualStep, most);
    }

    private double room(double[] value, double[] step, double most) {
        double room = most;
        for (int k = 0; k < value.length; k++) {
            if (active[k] && step[k] < 0) room = Math.min(room, -value[k] / step[k]);
        }
        return room;
    }

    void move(double primalLength, double dualLength) {
        for (int k = 0; k < primal.length; k++) {
            if (!active[k]) continue;
            primal[k] += primalLength * primalStep[k];
            dual[k] += dualLength * dualStep[k];
        }
    }
}
