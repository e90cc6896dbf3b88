package io.agentopt.benchmarks.simulate;

import io.agentopt.benchmarks.Metric;
import io.agentopt.benchmarks.simulate.LogSimulation.Errors;
import io.agentopt.simulate.server.ServerReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A served log from the operator profiles of its device and model. One number is fitted: what a prompt chunk takes beside the operators, on the first
 * third of the log; the other two thirds judge. Next to that stand the errors without it and, for a log that is given, those with the number of
 * the packaged log, judged by the same requests.
 */
final class ServedLogGroup implements SimulateMetricGroup {
    private static final double STEP = 0.25e-3;
    private static final double MOST = 20e-3;

    @Override
    public String name() {
        return "Served log: requests by vLLM, from operator profiles";
    }

    @Override
    public List<Metric> run(SimulateOptions options) {
        Path packaged = SimulateOptions.packaged();
        ServedLog reference = ServedLog.read(packaged, packaged.resolve("requests.jsonl.gz"));
        ServedLog log = options.log()
                .map(file -> ServedLog.read(options.profiles().orElseThrow(), file))
                .orElse(reference);
        int to = log.requests().size();
        int from = to / 3;
        double chunk = fittedChunkSeconds(log, from);
        System.out.printf(
                Locale.ROOT,
                "  %s on %d device(s), %d requests; a prompt chunk takes %.2f ms beside the operators, fitted to the first"
                        + " %d; judged by the others%n",
                log.model().id(),
                log.tensorParallel(),
                to,
                chunk * 1e3,
                from);
        LogSimulation fitted = LogSimulation.run(log, chunk);
        LogSimulation plain = LogSimulation.run(log, 0);
        Errors e = fitted.errors(from, to);
        print("fitted", e);
        print("not fitted", plain.errors(from, to));
        print("fitted, all requests", fitted.errors(0, to));
        List<Metric> metrics = new ArrayList<>();
        metrics.add(Metric.of("vllm_log.e2e_mean_error", Math.abs(e.endToEndMean()), "share")
                .goal("<= 0.02"));
        metrics.add(Metric.of("vllm_log.e2e_p90_error", Math.abs(e.endToEndP90()), "share")
                .goal("<= 0.05"));
        metrics.add(Metric.of("vllm_log.ttft_mean_error", Math.abs(e.firstTokenMean()), "share")
                .goal("<= 0.1"));
        metrics.add(Metric.of("vllm_log.e2e_each_error", e.endToEndEach(), "share"));
        add(metrics, "unfitted", plain.errors(from, to));
        add(metrics, "all_requests", fitted.errors(0, to));
        if (!options.packagedLog()) {
            double lent = fittedChunkSeconds(reference, reference.requests().size() / 3);
            Errors transferred = LogSimulation.run(log, lent).errors(from, to);
            print("with the packaged log's", transferred);
            add(metrics, "transferred", transferred);
        }
        metrics.add(Metric.of("vllm_log.chunk_seconds", chunk, "s"));
        ServerReport server = fitted.report().server();
        System.out.printf(
                Locale.ROOT,
                "  batch %.1f, KV peak %.0f %%, %d preemptions, %d refused%n",
                server.meanBatch(),
                100.0 * server.kvPeakBlocks() / server.kvBlocks(),
                server.preemptions(),
                server.refused());
        return metrics;
    }

    private static void add(List<Metric> metrics, String variant, Errors e) {
        metrics.add(Metric.of("vllm_log." + variant + ".e2e_mean_error", Math.abs(e.endToEndMean()), "share"));
        metrics.add(Metric.of("vllm_log." + variant + ".e2e_p90_error", Math.abs(e.endToEndP90()), "share"));
        metrics.add(Metric.of("vllm_log." + variant + ".ttft_mean_error", Math.abs(e.firstTokenMean()), "share"));
    }

    /** {@return the time, on a grid, with the least mean error of the first requests' latencies} All arrivals load the engine; the first requests count. */
    static double fittedChunkSeconds(ServedLog log, int first) {
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
                "  %-24s end to end mean %+.2f %%, p90 %+.2f %%, each %.2f %%; first token mean %+.2f %%%n",
                what,
                100 * e.endToEndMean(),
                100 * e.endToEndP90(),
                100 * e.endToEndEach(),
                100 * e.firstTokenMean());
    }
}
