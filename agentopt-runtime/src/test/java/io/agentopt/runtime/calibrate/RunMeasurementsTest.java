package io.agentopt.runtime.calibrate;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.Calibration;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.DeviceEfficiency;
import io.agentopt.cost.EfficiencyTable;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.LocalCalibration;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.Plan;
import io.agentopt.plan.Planner;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.runtime.calibrate.RunMeasurements.Work;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.observe.RunEvent.StepFinished;
import io.agentopt.runtime.observe.RunTrace;
import io.agentopt.runtime.observe.StepKind;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunMeasurementsTest {
    private static final DeviceSpec CPU = DeviceSpec.cpu("cpu", 2, 1e11, 8e9, 1e10);

    @TempDir
    static Path root;

    private static ModelCatalog models;
    private static Plan<String, String> plan;

    @BeforeAll
    static void planned() {
        TinyPack.decoder("d").write(root);
        TinyPack.writeEmbedder(root, "e");
        models = ModelStore.of(root).catalog();
        AgentGraph<String, String> graph = AgentGraph.define("talk", String.class, String.class, (g, in) -> {
            var vector = g.node("embed", embed(model("e")).expecting(20), in);
            var prompt = g.node("ask", (String q, Object v) -> Prompt.system(q), in, vector);
            return g.node("say", generate(model("d")).maxTokens(20).expecting(30, 10), prompt)
                    .map("text", Completion::text);
        });
        plan = Planner.minimizeCost()
                .models(models)
                .plan(graph, Workload.poisson(1), Sla.endToEnd(Percentile.P95, Duration.ofSeconds(10)), Fleet.of(CPU));
    }

    @Test
    void fittingTracedRunsReproducesTheirTimes() {
        EfficiencyTable truth = EfficiencyTable.generic();
        for (OperatorClass work : List.of(OperatorClass.PREFILL, OperatorClass.DECODE, OperatorClass.EMBED)) {
            truth = truth.with("cpu", work, new DeviceEfficiency(0.2, 0.3, 3e-4, 1e-4, 2, Confidence.MEASURED, 0.05));
        }
        CostModel machine = new RooflineCostModel(truth);
        RunTrace trace = new RunTrace();
        List<StepFinished> steps = new ArrayList<>();
        for (int run = 1; run <= 8; run++) {
            int prompt = 10 * run, out = 2 + run, text = 3 * run;
            long at = run * 10_000_000_000L;
            steps.add(step(
                    run,
                    "embed",
                    StepKind.EMBED,
                    at,
                    machine,
                    TransformerDemand.embed(models.find("e"), text, 1),
                    text,
                    0));
            steps.add(step(
                    run,
                    "say",
                    StepKind.PREFILL,
                    at + 2_000_000_000L,
                    machine,
                    TransformerDemand.prefill(models.find("d"), prompt, 1),
                    prompt,
                    0));
            steps.add(step(
                    run,
                    "say",
                    StepKind.DECODE,
                    at + 4_000_000_000L,
                    machine,
                    TransformerDemand.decode(models.find("d"), prompt, out, 1),
                    0,
                    out));
        }
        steps.forEach(trace::on);
        RunMeasurements measured = RunMeasurements.of(trace, plan, models);
        assertThat(measured.points()).hasSize(24);
        assertThat(measured.rejected()).isEmpty();
        assertThat(measured.on("gpu")).isEmpty();
        EfficiencyTable fitted = EfficiencyTable.generic();
        assertThat(measured.on("cpu").keySet())
                .extracting(Work::operatorClass)
                .containsExactly(OperatorClass.PREFILL, OperatorClass.DECODE, OperatorClass.EMBED);
        for (var points : measured.on("cpu").entrySet()) {
            Calibration fit = LocalCalibration.fit(CPU, points.getValue());
            assertThat(fit.rejected()).isEmpty();
            assertThat(fit.medianRelativeError()).isLessThan(0.01);
            fitted = fitted.with("cpu", points.getKey().operatorClass(), fit.efficiency());
        }
        RunPrediction recalibrated = new RunPrediction(plan, new RooflineCostModel(fitted), CPU, models);
        double real =
                steps.subList(9, 12).stream().mapToDouble(StepFinished::seconds).sum();
        assertThat(recalibrated.seconds(steps.subList(9, 12))).isCloseTo(real, within(0.02 * real));
    }

    @Test
    void whatIsNoMeasurementIsCounted() {
        RunMeasurements measured = RunMeasurements.of(
                List.of(
                        raw(1, "say", StepKind.PREFILL, 0, 1, 0, 0),
                        raw(1, "say", StepKind.DECODE, 2, 1, 0, 1),
                        raw(2, "say", StepKind.DECODE, 4, 1, 0, 5),
                        raw(3, "embed", StepKind.EMBED, 6, 0, 5, 0),
                        raw(3, "embed", StepKind.TOOL, 6, 0, 5, 0),
                        raw(4, "say", StepKind.PREFILL, 8, 1, 5, 0),
                        raw(5, "say", StepKind.PREFILL, 8.5, 1, 5, 0),
                        raw(6, "embed", StepKind.EMBED, 20, 1, 5, 0)),
                plan,
                models);
        assertThat(measured.rejected())
                .isEqualTo(Map.of(
                        "no tokens counted", 1,
                        "no decode step: the first token is the prefill's", 1,
                        "decode without its prefill", 1,
                        "time not above 0", 1,
                        "shared its device", 2));
        assertThat(measured.points()).hasSize(1);
        assertThat(measured.points().getFirst().deviceClass()).isEqualTo("cpu");
    }

    @Test
    void decodesThatSharedTheirStepsAreBatches() {
        RunMeasurements measured = RunMeasurements.of(
                List.of(
                        raw(1, "say", StepKind.PREFILL, 0, 1, 20, 0),
                        raw(2, "say", StepKind.PREFILL, 1, 1, 40, 0),
                        raw(1, "say", StepKind.DECODE, 2, 2, 0, 11),
                        raw(2, "say", StepKind.DECODE, 2, 2, 0, 11)),
                plan,
                models);
        assertThat(measured.rejected()).isEmpty();
        Demand step = TransformerDemand.decodeStep(models.find("d"), 35, 2).times(10);
        assertThat(measured.points().subList(2, 4)).allSatisfy(p -> {
            assertThat(p.measurement().demand().weightBytes()).isCloseTo(step.weightBytes(), within(1.0));
            assertThat(p.measurement().demand().flops()).isCloseTo(step.flops(), within(0.02 * step.flops()));
        });
    }

    @Test
    void aDecodeBesideAnythingElseIsLeftOut() {
        RunMeasurements measured = RunMeasurements.of(
                List.of(
                        raw(1, "say", StepKind.PREFILL, 0, 1, 20, 0),
                        raw(1, "say", StepKind.DECODE, 2, 2, 0, 11),
                        raw(2, "embed", StepKind.EMBED, 3, 0.1, 5, 0)),
                plan,
                models);
        assertThat(measured.points()).hasSize(1);
        assertThat(measured.rejected()).isEqualTo(Map.of("shared its device", 2));
    }

    /** A prompt whose beginning was known took the time of the rest. */
    @Test
    void aPrefillIsTheWorkOfWhatWasNotReused() {
        StepFinished step =
                new StepFinished(1, id("say", StepKind.PREFILL), StepKind.PREFILL, "cpu", 0, 1, 50, 0, 1, 40);
        StepFinished all = new StepFinished(
                2, id("say", StepKind.PREFILL), StepKind.PREFILL, "cpu", 2_000_000_000L, 1, 50, 0, 1, 50);
        RunMeasurements measured = RunMeasurements.of(List.of(step, all), plan, models);
        assertThat(measured.points())
                .extracting(p -> p.measurement().demand())
                .containsExactly(
                        TransformerDemand.prefill(models.find("d"), 50, 1, 40),
                        TransformerDemand.prefill(models.find("d"), 50, 1, 49));
    }

    @Test
    void emptyTracesAndOtherAgentsAreToldApart() {
        assertThat(RunMeasurements.of(new RunTrace(), plan, models).points()).isEmpty();
        assertThatThrownBy(
                        () -> RunMeasurements.of(List.of(raw(1, "think", StepKind.PREFILL, 0, 1, 5, 0)), plan, models))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("step 'think'", "graph 'talk'");
    }

    private static StepFinished step(
            int run, String path, StepKind kind, long atNanos, CostModel machine, Demand demand, int in, int out) {
        double seconds = ((Estimate.Known) machine.seconds(demand, CPU)).seconds();
        return new StepFinished(run, id(path, kind), kind, "cpu", atNanos, seconds, in, out, 1);
    }

    private static StepFinished raw(
            int run, String path, StepKind kind, double atSeconds, double seconds, int in, int out) {
        return new StepFinished(run, id(path, kind), kind, "cpu", Math.round(atSeconds * 1e9), seconds, in, out, 1);
    }

    private static OperatorId id(String path, StepKind kind) {
        return kind == StepKind.PREFILL
                ? OperatorId.prefill(path)
                : kind == StepKind.DECODE ? OperatorId.decode(path) : OperatorId.whole(path);
    }
}
