package io.agentopt.benchmarks.kernels;

import io.agentopt.benchmarks.Metric;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The metrics with a goal: the worst over all cases. */
final class WorstOf {
    private WorstOf() {}

    /** {@return each worst that has a case} */
    static List<Metric> metrics(List<CaseResult> results) {
        List<CaseResult> bound = results.stream()
                .filter(r -> r.one().memoryBound() && r.one().size() == Size.MEMORY)
                .toList();
        OptionalDouble ratio =
                results.stream().mapToDouble(CaseResult::ratioToBestPeer).min();
        OptionalDouble share =
                bound.stream().mapToDouble(CaseResult::shareOfCeiling).min();
        OptionalDouble share2 = bound.stream()
                .map(CaseResult::shareOfCeilingOnTwoThreads)
                .flatMapToDouble(OptionalDouble::stream)
                .min();
        OptionalDouble error = results.stream()
                .filter(r -> r.one().single())
                .mapToDouble(CaseResult::error)
                .max();
        return List.of(
                        metric("worst_ratio_to_best_peer", ratio, "x", ">= 1.0"),
                        metric("worst_share_of_read_bandwidth", share, "share", ">= 0.95"),
                        metric("worst_share_of_read_bandwidth.2_threads", share2, "share", ">= 0.95"),
                        metric("worst_numeric_error_f32", error, "relative", "<= 1e-5"))
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Metric> metric(String name, OptionalDouble value, String unit, String goal) {
        return value.isEmpty()
                ? Optional.empty()
                : Optional.of(Metric.of(name, value.getAsDouble(), unit).goal(goal));
    }
}
