package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import java.util.Arrays;
import java.util.Locale;

/**
 * Errors |predicted - measured| / measured of a set of rows, in %.
 *
 * @param set whose rows
 * @param terms what predicted them: calibrated, or an uncalibrated form
 * @param mape mean
 * @param median median
 * @param p90 90th percentile
 * @param rows tested
 * @param rejected rows left out, of the whole set
 */
record ErrorSummary(String set, String terms, double mape, double median, double p90, int rows, int rejected) {
    static ErrorSummary of(String set, String terms, double[] predicted, double[] measured, int rejected) {
        return of(set, terms, predicted, measured, 1, rejected);
    }

    /** {@return the same of rows that were predicted several times, by as many draws of calibration points} */
    static ErrorSummary of(String set, String terms, double[] predicted, double[] measured, int draws, int rejected) {
        double[] errors = new double[measured.length];
        for (int i = 0; i < errors.length; i++) errors[i] = 100 * Math.abs(predicted[i] / measured[i] - 1);
        Arrays.sort(errors);
        return new ErrorSummary(
                set,
                terms,
                Arrays.stream(errors).average().orElse(Double.NaN),
                quantile(errors, 0.5),
                quantile(errors, 0.9),
                errors.length / draws,
                rejected);
    }

    /** Adds this row to the table that is being made, or prints it where none is, and returns it. */
    ErrorSummary print() {
        if (!ErrorTable.take(this)) System.out.print(line());
        return this;
    }

    /** {@return this row for the console} */
    String line() {
        return String.format(
                Locale.ROOT, "%-46s %-30s %7.2f %7.2f %7.2f %7d %9d%n", set, terms, mape, median, p90, rows, rejected);
    }

    /** {@return the metric of this summary, which is the calibrated one, next to the plain roofline on the same rows} */
    Metric metric(double goal, ErrorSummary plainRoofline) {
        return metric(plainRoofline)
                .goal("<= " + (goal == Math.rint(goal) ? String.valueOf((long) goal) : String.valueOf(goal)));
    }

    /** {@return the same without a goal: of data that nobody set one for} */
    Metric metric(ErrorSummary plainRoofline) {
        return Metric.of(set, mape, "%").peer("plain roofline", plainRoofline.mape());
    }

    private static double quantile(double[] sorted, double q) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[(int) Math.min(sorted.length - 1L, Math.round(q * (sorted.length - 1)))];
    }
}
