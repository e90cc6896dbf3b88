package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.engine.Deployment;
import io.agentopt.cost.engine.EngineLoad;
import io.agentopt.cost.engine.EngineMeasurement;
import io.agentopt.cost.engine.EngineMetric;
import io.agentopt.cost.engine.EngineModel;
import io.agentopt.cost.engine.EngineTerms;
import io.agentopt.cost.engine.KvReading;
import io.agentopt.cost.importer.ImportedRows;
import io.agentopt.cost.importer.LlmServingSimImporter;
import io.agentopt.cost.importer.LlmServingSimImporter.Request;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.model.ModelCatalog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The log of 300 requests that vLLM served on one RTX PRO 6000, with generic terms. Each request counts as one of a load of the log's mean
 * prompt and output, at the number of requests that ran, on average, while it decoded. Waiting in front of the engine is taken from the
 * log: it depends on arrivals and needs a simulation.
 */
final class ServedLogMetrics implements CostMetricGroup {
    private static final String FILE = "llmservingsim/rtxpro6000_llama-3.1-8b/requests.jsonl";

    @Override
    public String name() {
        return "Served log: Llama-3.1-8B by vLLM on RTX PRO 6000, no calibration";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        Optional<Path> file = folders.testFile(FILE);
        if (file.isEmpty()) return List.of();
        ImportedRows<Request> log = LlmServingSimImporter.requests(file.get());
        Deployment deployment = new Deployment(
                ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-8B"),
                DeviceCatalog.packaged().find("RTX-PRO-6000"),
                1,
                KvReading.PER_GROUP);
        int prompt = (int) Math.round(
                log.rows().stream().mapToInt(Request::promptTokens).average().orElseThrow());
        int output = (int) Math.round(
                log.rows().stream().mapToInt(Request::outputTokens).average().orElseThrow());
        EnginePredictions tokens = new EnginePredictions();
        EnginePredictions requests = new EnginePredictions();
        for (Request r : log.rows()) {
            if (r.outputTokens() == 1) continue;
            EngineLoad load = new EngineLoad(prompt, output, (int) Math.max(1, Math.round(running(log.rows(), r))));
            EngineMeasurement token =
                    new EngineMeasurement(deployment, load, EngineMetric.SERVED_TOKEN_TIME, r.timePerOutputToken());
            tokens.add(List.of(token), ServedLogMetrics::generic, PlainEngineRoofline.GENERIC::seconds);
            EngineLoad alone = new EngineLoad(r.promptTokens(), r.outputTokens(), 1);
            EngineMeasurement first =
                    new EngineMeasurement(deployment, alone, EngineMetric.TIME_TO_FIRST_TOKEN, r.timeToFirstToken());
            double after = r.outputTokens() - 1.0;
            requests.add(
                    List.of(new EngineMeasurement(
                            deployment,
                            alone,
                            EngineMetric.REQUEST,
                            r.timeToFirstToken() + after * r.timePerOutputToken())),
                    _ -> r.queueSeconds() + generic(first) + after * generic(token),
                    _ -> r.queueSeconds()
                            + PlainEngineRoofline.GENERIC.seconds(first)
                            + after * PlainEngineRoofline.GENERIC.seconds(token));
        }
        List<Metric> metrics = new ArrayList<>();
        metrics.add(tokens.metric("served_log.rtxpro6000.tpot", "generic", log.rejectedRows()));
        metrics.add(requests.metric("served_log.rtxpro6000.e2e", "generic", log.rejectedRows()));
        return metrics;
    }

    private static double generic(EngineMeasurement m) {
        return EngineModel.seconds(
                        m.deployment(),
                        m.load(),
                        m.metric(),
                        EngineTerms.generic(m.deployment().device()))
                .seconds();
    }

    /** Requests in the engine while one decodes, on average, that one included. */
    private static double running(List<Request> log, Request one) {
        double shared = 0;
        for (Request other : log) {
            shared += Math.max(0, Math.min(end(one), end(other)) - Math.max(first(one), start(other)));
        }
        return shared / (end(one) - first(one));
    }

    private static double start(Request r) {
        return r.arrival() + r.queueSeconds();
    }

    private static double first(Request r) {
        return r.arrival() + r.timeToFirstToken();
    }

    private static double end(Request r) {
        return first(r) + (r.outputTokens() - 1) * r.timePerOutputToken();
    }
}
