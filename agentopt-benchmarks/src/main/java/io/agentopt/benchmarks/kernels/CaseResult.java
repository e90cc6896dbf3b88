package io.agentopt.benchmarks.kernels;

import io.agentopt.benchmarks.Metric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;

/**
 * What the contenders of one case took.
 *
 * @param nanos of one run, by contender
 * @param errors relative to a reference in double precision, by contender; ceilings have none
 */
record CaseResult(KernelCase one, Map<Contender, Double> nanos, Map<Contender, Double> errors) {
    /** A peer above this computes something else; the figures beside it would mean nothing. */
    private static final double LARGEST_PEER_ERROR = 1e-2;

    /** Takes the errors of all contenders, each after one more run of its own, because some share their outputs. */
    static CaseResult of(KernelCase one, Map<Contender, Double> nanos) {
        Map<Contender, Double> errors = new java.util.LinkedHashMap<>();
        for (Contender c : one.contenders()) {
            c.error().ifPresent(error -> errors.put(c, afterOneRun(c, error)));
        }
        errors.forEach((c, error) -> {
            if (c.role() == Role.PEER && !(error <= LARGEST_PEER_ERROR)) {
                throw new IllegalStateException("The peer '" + c.name() + "' of '" + one.metric() + "' is off by "
                        + error + ". It computes something else: mend it.");
            }
        });
        return new CaseResult(one, Map.copyOf(nanos), Map.copyOf(errors));
    }

    private static double afterOneRun(Contender c, DoubleSupplier error) {
        c.run().run();
        return error.getAsDouble();
    }

    /** {@return GB/s of the fastest with the role; empty without one} */
    OptionalDouble gigabytesPerSecond(Role role) {
        return one.with(role::equals).stream()
                .mapToDouble(this::gigabytesPerSecond)
                .max();
    }

    private double nanosOf(Contender c) {
        return java.util.Objects.requireNonNull(nanos.get(c));
    }

    private double gigabytesPerSecond(Contender c) {
        return one.bytes() / nanosOf(c);
    }

    private double ours() {
        return gigabytesPerSecond(Role.OURS).orElseThrow();
    }

    /** {@return above 1 where ours is faster, one thread each} */
    double ratioToBestPeer() {
        return ours() / gigabytesPerSecond(Role.PEER).orElseThrow();
    }

    /** {@return of the ceiling, one thread each} */
    double shareOfCeiling() {
        return ours() / gigabytesPerSecond(Role.CEILING).orElseThrow();
    }

    /** {@return of the ceiling, two threads each; empty where that ceiling is not taken} */
    OptionalDouble shareOfCeilingOnTwoThreads() {
        OptionalDouble ceiling = gigabytesPerSecond(Role.CEILING_ON_TWO_THREADS);
        return ceiling.isEmpty()
                ? ceiling
                : OptionalDouble.of(gigabytesPerSecond(Role.OURS_ON_TWO_THREADS).orElseThrow() / ceiling.getAsDouble());
    }

    /** {@return the larger error of ours on one and two threads} */
    double error() {
        return one.with(r -> r == Role.OURS || r == Role.OURS_ON_TWO_THREADS).stream()
                .mapToDouble(errors::get)
                .max()
                .orElseThrow();
    }

    /** {@return one for the case, and one for its second thread} */
    List<Metric> metrics() {
        List<Contender> peers = one.with(Role.PEER::equals);
        Contender best = peers.stream()
                .max(Comparator.comparingDouble(this::gigabytesPerSecond))
                .orElseThrow();
        List<Metric> metrics = new ArrayList<>();
        metrics.add(Metric.of(one.metric(), ours(), "GB/s").peer(best.name(), gigabytesPerSecond(best)));
        metrics.add(Metric.of(
                        one.metric() + ".2_threads",
                        gigabytesPerSecond(Role.OURS_ON_TWO_THREADS).orElseThrow(),
                        "GB/s")
                .peer("ours, 1 thread", ours()));
        return metrics;
    }

    /** Prints all contenders, fastest first. */
    void print() {
        System.out.printf(Locale.ROOT, "  %s, %.1f MB, error %.1e%n", one.metric(), one.bytes() / 1e6, error());
        one.contenders().stream()
                .sorted(Comparator.comparing(nanos::get))
                .forEach(c -> System.out.printf(
                        Locale.ROOT,
                        "    %-28s %9.1f us %8.1f GB/s%s%n",
                        c.name(),
                        nanosOf(c) / 1e3,
                        gigabytesPerSecond(c),
                        c.role() == Role.OURS ? "  <" : ""));
    }
}
