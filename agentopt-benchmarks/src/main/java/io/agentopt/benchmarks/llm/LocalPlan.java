package io.agentopt.benchmarks.llm;

import static io.agentopt.benchmarks.llm.GpuLlm.say;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;

import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.engine.CalibrationFile;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.plan.PlanResult;
import io.agentopt.plan.Planner;
import io.agentopt.runtime.calibrate.LocalMachine;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Plans one answer (512 tokens in, 128 out) on this machine's fleet, by what was calibrated here, under deadlines from strict to none, and
 * prints the plans. Options: {@code --calibration DIR} with files {@code calibration-*.json}, {@code --folder DIR} with the model.
 */
public final class LocalPlan {
    private static final List<Duration> DEADLINES =
            List.of(Duration.ofMillis(400), Duration.ofSeconds(5), Duration.ofMinutes(10));
    private static final int PROMPT = 512, ANSWER = 128;

    private LocalPlan() {}

    /** Plans. */
    public static void main(String[] args) throws IOException {
        List<String> options = List.of(args);
        ModelStore store = ModelStore.of(Path.of(GpuLlm.option(options, "--folder", "models")));
        CalibrationFile known = new CalibrationFile(List.of(), List.of());
        try (Stream<Path> files = Files.list(Path.of(GpuLlm.option(options, "--calibration", ".")))) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches("calibration-.*[.]json"))
                    .sorted()
                    .toList()) {
                known = known.with(CalibrationFile.read(file, DeviceCatalog.packaged(), store.catalog())
                        .efficiencies());
                say("calibrated by %s", file.getFileName());
            }
        }
        Fleet fleet = LocalMachine.fleet();
        for (String id : store.ids()) {
            AgentGraph<String, String> graph = AgentGraph.define("one-answer", String.class, String.class, (g, q) -> {
                var prompt = g.node(
                        "prompt", (String text) -> Prompt.system("Answer.").user(text), q);
                return g.node("answer", generate(model(id)).maxTokens(ANSWER).expecting(PROMPT, ANSWER), prompt)
                        .map("text", Completion::text);
            });
            for (Duration deadline : DEADLINES) {
                say("-- %s within %s", id, deadline);
                PlanResult<String, String> result = Planner.minimizeCost()
                        .models(store.catalog())
                        .costModel(known.costModel(RooflineCostModel.generic()))
                        .solve(graph, Workload.poisson(0.001), Sla.endToEnd(Percentile.P95, deadline), fleet);
                say(
                        "%s",
                        result instanceof PlanResult.Planned<String, String> p
                                ? p.plan().explain()
                                : result);
            }
        }
    }
}
