package io.agentopt.runtime.calibrate;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.plan.Plan;
import io.agentopt.plan.Planner;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.observe.RunEvent.StepFinished;
import io.agentopt.runtime.observe.StepKind;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunPredictionTest {
    private static final DeviceSpec CPU = DeviceSpec.cpu("cpu", 2, 1e11, 8e9, 1e10);
    private static final CostModel COST = RooflineCostModel.generic();

    @TempDir
    static Path root;

    private static ModelCatalog models;
    private static Plan<String, String> plan;
    private static RunPrediction prediction;

    @BeforeAll
    static void planned() {
        TinyPack.decoder("d").write(root);
        TinyPack.writeEmbedder(root, "e");
        models = ModelStore.of(root).catalog();
        AgentGraph<String, String> graph = AgentGraph.define("talk", String.class, String.class, (g, in) -> {
            var vector = g.node("embed", embed(model("e")).expecting(20), in);
            var seen = g.node("log", tool("log", (Object v) -> v).expecting(Duration.ofMillis(3)), vector);
            var prompt = g.node("ask", (String q, Object v) -> Prompt.system(q), in, seen);
            return g.node("say", generate(model("d")).maxTokens(20).expecting(30, 10), prompt)
                    .map("text", Completion::text);
        });
        plan = Planner.minimizeCost()
                .models(models)
                .costModel(COST)
                .plan(graph, Workload.poisson(1), Sla.endToEnd(Percentile.P95, Duration.ofSeconds(10)), Fleet.of(CPU));
        prediction = new RunPrediction(plan, COST, CPU, models);
    }

    @Test
    void addsWhatEachStepTakesOnTheTokensThatItHad() {
        double prefill = seconds(TransformerDemand.prefill(spec("d"), 40, 1));
        double decode = seconds(TransformerDemand.decode(spec("d"), 40, 12, 1));
        double embed = seconds(TransformerDemand.embed(spec("e"), 7, 1));
        double log = Objects.requireNonNull(plan.predictedSeconds().get(OperatorId.whole("log")));
        assertThat(log).isCloseTo(0.003, within(1e-3));
        List<StepFinished> run = List.of(
                step(OperatorId.whole("embed"), StepKind.EMBED, 7, 0),
                step(OperatorId.whole("log"), StepKind.TOOL, 0, 0),
                step(OperatorId.prefill("say"), StepKind.PREFILL, 40, 0),
                step(OperatorId.decode("say"), StepKind.DECODE, 0, 12));
        assertThat(prediction.seconds(run)).isCloseTo(embed + log + prefill + decode, within(1e-12));
    }

    /** As plans are made: a model of an engine knows more of a pass than its demand says. */
    @Test
    void aCostModelIsAskedByModel() {
        CostModel byModel = new CostModel() {
            @Override
            public Estimate seconds(Demand demand, DeviceSpec device, int tensorParallel) {
                return new Estimate.Unknown("by model only");
            }

            @Override
            public Estimate prefill(
                    ModelSpec model, DeviceSpec device, int degree, int prompt, int batch, int cachedPrefix) {
                return new Estimate.Known(prompt, 0.1, Confidence.MEASURED, new Estimate.Breakdown(prompt, 0, 0, 0));
            }
        };
        RunPrediction engine = new RunPrediction(plan, byModel, CPU, models);
        assertThat(engine.seconds(List.of(step(OperatorId.prefill("say"), StepKind.PREFILL, 40, 0))))
                .isEqualTo(40);
    }

    @Test
    void eachRoundOfALoopHasItsOwnPrompt() {
        List<StepFinished> rounds = List.of(
                step(OperatorId.prefill("say"), StepKind.PREFILL, 20, 0),
                step(OperatorId.decode("say"), StepKind.DECODE, 0, 5),
                step(OperatorId.prefill("say"), StepKind.PREFILL, 60, 0),
                step(OperatorId.decode("say"), StepKind.DECODE, 0, 5));
        assertThat(prediction.seconds(rounds))
                .isCloseTo(
                        prediction.seconds(rounds.subList(0, 2)) + prediction.seconds(rounds.subList(2, 4)),
                        within(1e-12));
        assertThat(prediction.seconds(rounds.subList(2, 4))).isGreaterThan(prediction.seconds(rounds.subList(0, 2)));
    }

    @Test
    void aRunWithoutStepsTakesNoTimeAndOneThatStoppedAtOnceSome() {
        assertThat(prediction.seconds(List.of())).isZero();
        List<StepFinished> stopped = List.of(
                step(OperatorId.prefill("say"), StepKind.PREFILL, 0, 0),
                step(OperatorId.decode("say"), StepKind.DECODE, 0, 0));
        assertThat(prediction.seconds(stopped)).isPositive().isFinite();
    }

    @Test
    void aRunOfAnotherAgentIsRefused() {
        assertThatThrownBy(() -> prediction.seconds(List.of(step(OperatorId.prefill("think"), StepKind.PREFILL, 4, 0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("step 'think'", "graph 'talk'", "no Generate", "loaded from this plan");
    }

    private static StepFinished step(OperatorId operator, StepKind kind, int in, int out) {
        return new StepFinished(1, operator, kind, "cpu", 0, 1, in, out, 1);
    }

    private static ModelSpec spec(String id) {
        return models.find(id);
    }

    private static double seconds(Demand demand) {
        return ((Estimate.Known) COST.seconds(demand, CPU)).seconds();
    }
}
