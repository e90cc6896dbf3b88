package io.agentopt.benchmarks.simulate;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.importer.AzureTraceImporter;
import io.agentopt.simulate.SimulationReport;
import io.agentopt.simulate.TraceSimulation;
import io.agentopt.simulate.profile.OperatorIterationTimes;
import io.agentopt.workload.RequestTrace;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How long an hour of Azure's conversation requests takes to simulate on one thread, warm: the median of some runs. */
final class AzureSpeedGroup implements SimulateMetricGroup {
    private static final String FILE = "AzureLLMInferenceTrace_conv.csv.gz";
    private static final int WARM = 3;
    private static final int RUNS = 7;

    @Override
    public String name() {
        return "Speed: Azure conversation requests of 2023 on one simulated server";
    }

    @Override
    public List<Metric> run(SimulateOptions options) {
        Optional<Path> file = SimulateOptions.trace(FILE);
        if (file.isEmpty()) return List.of();
        RequestTrace trace =
                new RequestTrace(FILE, AzureTraceImporter.requests(file.get()).rows());
        Path packaged = SimulateOptions.packaged();
        ServedLog engine = ServedLog.read(packaged, packaged.resolve("requests.jsonl.gz"));
        OperatorIterationTimes times =
                new OperatorIterationTimes(engine.profile(), engine.model().layers(), 0);
        double[] seconds = new double[RUNS];
        SimulationReport report = TraceSimulation.run(trace, engine.settings(), times);
        for (int i = 1; i < WARM; i++) TraceSimulation.run(trace, engine.settings(), times);
        for (int i = 0; i < RUNS; i++) {
            long start = System.nanoTime();
            TraceSimulation.run(trace, engine.settings(), times);
            seconds[i] = (System.nanoTime() - start) / 1e9;
        }
        Arrays.sort(seconds);
        System.out.printf(
                Locale.ROOT,
                "  %d requests, %d iterations, utilisation %.2f, batch %.1f, end to end p50 %.2f s p95 %.2f s, first"
                        + " token p95 %.2f s; runs %.3f to %.3f s%n",
                trace.size(),
                report.server().iterations(),
                report.utilisation(),
                report.server().meanBatch(),
                report.endToEnd().p50(),
                report.endToEnd().p95(),
                report.timeToFirstToken().p95(),
                seconds[0],
                seconds[RUNS - 1]);
        return List.of(Metric.of("azure_conv_seconds", seconds[RUNS / 2], "s").goal("< 1"));
    }
}
