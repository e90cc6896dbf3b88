package io.agentopt.benchmarks;

import io.agentopt.examples.support.Evaluation;
import io.agentopt.examples.support.HeldOut;
import io.agentopt.examples.support.HeldOut.Question;
import io.agentopt.examples.support.Reply;
import io.agentopt.examples.support.SupportAgent;
import io.agentopt.examples.support.SupportAgent.Lengths;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.Plan;
import io.agentopt.plan.Planner;
import io.agentopt.runtime.Agent;
import io.agentopt.runtime.AgentOptions;
import io.agentopt.runtime.AgentRuntime;
import io.agentopt.runtime.calibrate.Calibrator;
import io.agentopt.runtime.calibrate.ConsoleProgress;
import io.agentopt.runtime.calibrate.DeviceCalibration;
import io.agentopt.runtime.calibrate.RunPrediction;
import io.agentopt.runtime.device.Devices;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.observe.AgentReport;
import io.agentopt.runtime.observe.RunEvent.RunFinished;
import io.agentopt.runtime.observe.RunEvent.StepFinished;
import io.agentopt.runtime.observe.RunTrace;
import io.agentopt.runtime.observe.StepKind;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The demonstration agent over all held-out questions, one after another, on this machine's CPU.
 *
 * <ul>
 *   <li>{@code score_tool_calls}, {@code score_answers}: see {@link Evaluation}
 *   <li>{@code prediction_error_end_to_end}: median over the questions of |predicted - measured| / measured, where predicted is the calibrated
 *       cost model's time for the operators that the question ran, at their numbers of tokens
 *   <li>{@code plan_error_mean}: the same of the plan's mean end-to-end time, made before any question was asked, against the measured mean
 *   <li>{@code overhead_share}: time of the runs outside model runs (prefill, decode, embedding), divided by their whole time
 * </ul>
 */
final class FirstLight {
    private static final String LLM = "support-1";
    private static final String EMBEDDER = "support-embed";
    private static final int WARM_UP = 10;

    private FirstLight() {}

    static BenchReport run(List<String> options) {
        if (!options.isEmpty())
            throw new IllegalArgumentException("Bench 'first-light' has no options, but got " + options + ".");
        ModelStore models = ModelStore.of(Path.of("models"));
        ModelCatalog catalog = models.catalog();
        HeldOut heldOut = HeldOut.read(Path.of("models", LLM, "heldout"));
        AgentGraph<String, Reply> graph =
                SupportAgent.declare(LLM, EMBEDDER, heldOut.policies(), heldOut.shop(), Lengths.DEMO);
        DeviceCalibration machine = Calibrator.standard()
                .progress(ConsoleProgress.standard())
                .calibrate(Devices.detect().getFirst(), models, List.of(LLM, EMBEDDER));
        Plan<String, Reply> plan = Planner.minimizeCost()
                .models(catalog)
                .costModel(machine.costModel())
                .plan(
                        graph,
                        Workload.poisson(1),
                        Sla.endToEnd(Percentile.P95, Duration.ofSeconds(1)),
                        Fleet.of(machine.device()));
        RunPrediction prediction = new RunPrediction(plan, machine.costModel(), machine.device(), catalog);
        warmUp(plan, models, heldOut.questions());
        System.out.println("... asking " + heldOut.questions().size() + " questions");
        RunTrace trace = new RunTrace();
        Evaluation evaluation = new Evaluation();
        AgentReport report;
        try (Agent<String, Reply> agent = AgentRuntime.load(plan, models, AgentOptions.DEFAULTS.withListener(trace))) {
            for (Question question : heldOut.questions()) evaluation.add(question, agent.run(question.text()));
            report = agent.report();
        }
        System.out.println(report);
        System.out.println(evaluation);
        double mean = report.endToEnd().meanSeconds();
        return new BenchReport(
                "first-light",
                List.of(
                        Metric.of("score_tool_calls", evaluation.toolCalls(), "share")
                                .goal(">= 0.95"),
                        Metric.of("score_answers", evaluation.answers(), "share")
                                .goal(">= 0.95"),
                        Metric.of("prediction_error_end_to_end", medianError(trace, prediction), "share"),
                        Metric.of("plan_error_mean", Math.abs(plan.endToEndSeconds() - mean) / mean, "share"),
                        Metric.of("overhead_share", overheadShare(trace), "share"),
                        Metric.of("end_to_end_mean", mean, "s")));
    }

    /** Lets the compiler settle on questions that are asked again afterwards; their answers do not count here. */
    private static void warmUp(Plan<String, Reply> plan, ModelStore models, List<Question> questions) {
        try (Agent<String, Reply> agent = AgentRuntime.load(plan, models)) {
            questions.stream().limit(WARM_UP).forEach(q -> agent.run(q.text()));
        }
    }

    private static double overheadShare(RunTrace trace) {
        double model = trace.steps().stream()
                .filter(s -> s.kind() == StepKind.PREFILL || s.kind() == StepKind.DECODE || s.kind() == StepKind.EMBED)
                .mapToDouble(StepFinished::seconds)
                .sum();
        double total = trace.events().stream()
                .filter(RunFinished.class::isInstance)
                .mapToDouble(e -> ((RunFinished) e).seconds())
                .sum();
        return total == 0 ? 0 : Math.max(0, 1 - model / total);
    }

    private static double medianError(RunTrace trace, RunPrediction prediction) {
        List<Double> errors = new ArrayList<>();
        trace.events().stream()
                .filter(RunFinished.class::isInstance)
                .map(RunFinished.class::cast)
                .forEach(run -> {
                    double predicted = prediction.seconds(trace.events(run.run()).stream()
                            .filter(StepFinished.class::isInstance)
                            .map(StepFinished.class::cast)
                            .toList());
                    errors.add(Math.abs(predicted - run.seconds()) / run.seconds());
                });
        Collections.sort(errors);
        int n = errors.size();
        return n == 0 ? 0 : (errors.get((n - 1) / 2) + errors.get(n / 2)) / 2;
    }
}
