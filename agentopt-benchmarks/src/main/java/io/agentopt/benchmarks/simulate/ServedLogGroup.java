package io.agentopt.benchmarks.simulate;

import io.agentopt.benchmarks.Metric;
import io.agentopt.benchmarks.simulate.LogSimulation.Errors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A served log from the operator profiles of its device and model. One number is fitted: the time of an iteration that no operator accounts for, on the
 * first third of the packaged log; the other two thirds judge. Another log is simulated with that number as it is, and all of its
 * requests judge. Errors without it are printed next to those with it.
 */
final class ServedLogGroup implements SimulateMetricGroup {
    private static final double STEP = 25e-6;
    private static final double MOST = 3e-3;

    @Override
    public String name() {
        return "Served log: requests by vLLM, from operator profiles";
    }

    @Override
    public List<Metric> run(SimulateOptions options) {
        Path packaged = SimulateOptions.packaged();
        ServedLog reference = ServedLog.read(packaged, packaged.resolve("requests.jsonl.gz"));
        int seen = reference.requests().size() / 3;
        double host = fittedHostSeconds(reference, seen);
        ServedLog log = options.log()
                .map(file -> ServedLog.read(options.profiles().orElseThrow(), file))
                .orElse(reference);
        int from = options.packagedLog() ? seen : 0;
        int to = log.requests().size();
        System.out.printf(
                Locale.ROOT,
                "  %s on %d device(s), %d requests, %d of them judged; %.3f ms an iteration beside operators, fitted to"
                        + " the first %d requests of the packaged log%n",
                log.model().id(),
                log.tensorParallel(),
                to,
                to - from,
                host * 1e3,
                seen);
        LogSimulation with = LogSimulation.run(log, host);
        print("with it", with.errors(from, to));
        LogSimulation without = LogSimulation.run(log, 0);
        print("without", without.errors(from, to));
        if (from > 0) print("all requests, with it", with.errors(0, to));
        System.out.printf(
                Locale.ROOT,
                "  batch %.1f, KV peak %.0f %%, %d preemptions, %d refused%n",
                with.report().server().meanBatch(),
                100.0
                        * with.report().server().kvPeakBlocks()
                        / with.report().server().kvBlocks(),
                with.report().server().preemptions(),
                with.report().server().refused());
        Errors e = with.errors(from, to);
        List<Metric> metrics = new ArrayList<>();
        metrics.add(Metric.of("vllm_log.e2e_mean_error", Math.abs(e.endToEndMean()), "share")
                .goal("<= 0.02"));
        metrics.add(Metric.of("vllm_log.e2e_p90_error", Math.abs(e.endToEndP90()), "share")
                .goal("<= 0.05"));
        metrics.add(Metric.of("vllm_log.ttft_mean_error", Math.abs(e.firstTokenMean()), "share")
                .goal("<= 0.1"));
        metrics.add(Metric.of("vllm_log.e2e_each_error", e.endToEndEach(), "share"));
        Errors plain = without.errors(from, to);
        metrics.add(Metric.of("vllm_log.unfitted.e2e_mean_error", Math.abs(plain.endToEndMean()), "share"));
        metrics.add(Metric.of("vllm_log.unfitted.e2e_p90_error", Math.abs(plain.endToEndP90()), "share"));
        metrics.add(Metric.of("vllm_log.unfitted.ttft_mean_error", Math.abs(plain.firstTokenMean()), "share"));
        metrics.add(Metric.of("vllm_log.host_seconds", host, "s"));
        return metrics;
    }

    /** {@return the time, on a grid, with the least mean error of the first requests' latencies} All arrivals load the engine, the first requests count. */
    static double fittedHostSeconds(ServedLog log, int first) {
        double best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i * STEP <= MOST; i++) {
            double error = LogSimulation.run(log, i * STEP).errors(0, first).endToEndEach();
            if (error < least) {
                least = error;
                best = i * STEP;
            }
        }
        return best;
    }

    private static void print(String what, Errors e) {
        System.out.printf(
                Locale.ROOT,
                "  %-22s end to end mean %+.2f %%, p90 %+.2f %%, each %.2f %%; first token mean %+.2f %%%n",
                what,
                100 * e.endToEndMean(),
                100 * e.endToEndP90(),
                100 * e.endToEndEach(),
                100 * e.firstTokenMean());
    }
}
