package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.engine.EngineMeasurement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What each model said about the held-out rows of all splits. */
final class EnginePredictions {
    private final List<Double> measured = new ArrayList<>();
    private final List<Double> ours = new ArrayList<>();
    private final List<Double> plain = new ArrayList<>();

    void add(
            List<EngineMeasurement> rows,
            ToDoubleFunction<EngineMeasurement> prediction,
            ToDoubleFunction<EngineMeasurement> peer) {
        for (EngineMeasurement row : rows) {
            measured.add(row.seconds());
            ours.add(prediction.applyAsDouble(row));
            plain.add(peer.applyAsDouble(row));
        }
    }

    boolean isEmpty() {
        return measured.isEmpty();
    }

    /** Prints both rows of the table, and returns the metric. */
    Metric metric(String name, String terms, double goal, int rejected) {
        ErrorSummary peer = ErrorSummary.of(name, "plain roofline", array(plain), array(measured), rejected)
                .print();
        return ErrorSummary.of(name, terms, array(ours), array(measured), rejected)
                .print()
                .metric(goal, peer);
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
