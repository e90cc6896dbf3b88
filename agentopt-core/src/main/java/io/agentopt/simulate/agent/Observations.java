package io.agentopt.simulate.agent;

import io.agentopt.plan.granular.OperatorId;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Times seen in a simulation, s. */
final class Observations {
    private final Map<OperatorId, Times> operators = new TreeMap<>();
    private final Map<OperatorId, Times> waits = new TreeMap<>();
    private final Times endToEnd = new Times();
    private final Times firstToken = new Times();
    private int refused;

    /** A growing list of times. */
    static final class Times {
        private double[] values = new double[16];
        private int size;

        void add(double seconds) {
            if (size == values.length) values = Arrays.copyOf(values, 2 * size);
            values[size++] = seconds;
        }

        double[] values() {
            return Arrays.copyOf(values, size);
        }
    }

    void operator(OperatorId id, double seconds, double waitSeconds) {
        operators.computeIfAbsent(id, k -> new Times()).add(seconds);
        waits.computeIfAbsent(id, k -> new Times()).add(waitSeconds);
    }

    void request(double seconds, double firstTokenSeconds) {
        endToEnd.add(seconds);
        if (firstTokenSeconds >= 0) firstToken.add(firstTokenSeconds);
    }

    void refuse() {
        refused++;
    }

    Map<OperatorId, Times> operators() {
        return operators;
    }

    double[] waits(OperatorId id) {
        Times times = waits.get(id);
        return times == null ? new double[0] : times.values();
    }

    double[] endToEnd() {
        return endToEnd.values();
    }

    double[] firstToken() {
        return firstToken.values();
    }

    int refused() {
        return refused;
    }
}
