package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** How long one estimate takes and how many bytes it allocates: {@link EstimateBenchmark} under JMH, each method in a JVM of its own. */
final class EstimateSpeed implements CostMetricGroup {
    private static final int ITERATIONS = 5;
    private static final TimeValue ITERATION = TimeValue.milliseconds(400);
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    @Override
    public String name() {
        return "Speed of one estimate (JMH, " + ITERATIONS + " iterations after as many of warm-up, one fork)";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        Options options = new OptionsBuilder()
                .include(Pattern.quote(EstimateBenchmark.class.getName()) + "\\.")
                .forks(1)
                .warmupIterations(ITERATIONS)
                .warmupTime(ITERATION)
                .measurementIterations(ITERATIONS)
                .measurementTime(ITERATION)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        try {
            return metrics(new Runner(options).run());
        } catch (RunnerException e) {
            throw new IllegalStateException(
                    "JMH could not time the estimates: " + e.getMessage()
                            + " It starts a JVM with this one's class path and keeps one run at a time: is another one running?",
                    e);
        }
    }

    private static List<Metric> metrics(Collection<RunResult> results) {
        List<Metric> metrics = new ArrayList<>();
        results.stream()
                .sorted(Comparator.comparing(r -> r.getPrimaryResult().getLabel()))
                .forEach(run -> {
                    Result<?> time = run.getPrimaryResult();
                    System.out.printf(
                            "  %s: %.1f +- %.1f ns%n", time.getLabel(), time.getScore(), time.getScoreError());
                    metrics.add(Metric.of("estimate_nanoseconds." + snake(time.getLabel()), time.getScore(), "ns")
                            .goal("<= 1000"));
                    Result<?> bytes = run.getSecondaryResults().get(ALLOCATED);
                    if (bytes != null) {
                        metrics.add(
                                Metric.of("estimate_bytes_allocated." + snake(time.getLabel()), bytes.getScore(), "B")
                                        .goal("< 1"));
                    }
                });
        return metrics;
    }

    /** {@return a method's name as metrics are named} */
    static String snake(String method) {
        return method.replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
    }
}
