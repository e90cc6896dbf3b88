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
        ErrorSummary peer = print(name, "plain roofline", plain, rejected);
        return print(name, terms, ours, rejected).metric(goal, peer);
    }

    /** The same of a metric without a goal, and with the means that were predicted and measured. */
    Metric metric(String name, String terms, int rejected) {
        ErrorSummary peer = print(name, "plain roofline", plain, rejected);
        ErrorSummary summary = print(name, terms, ours, rejected);
        System.out.printf("%s: mean predicted %.5g s, measured %.5g s%n", name, mean(ours), mean(measured));
        return Metric.of(name, summary.mape(), "%").peer("plain roofline", peer.mape());
    }

    private ErrorSummary print(String name, String terms, List<Double> predicted, int rejected) {
        return ErrorSummary.of(name, terms, array(predicted), array(measured), rejected)
                .print();
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
