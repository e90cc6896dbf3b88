package io.agentopt.plan;

import static io.agentopt.operator.Operators.custom;
import static io.agentopt.operator.Operators.infer;
import static io.agentopt.operator.Operators.kernel;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.rerank;
import static io.agentopt.operator.Operators.synthesize;
import static io.agentopt.operator.Operators.transcribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.EncoderDecoderDemand;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.RerankDemand;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Audio;
import io.agentopt.message.Passage;
import io.agentopt.message.Tensor;
import io.agentopt.model.EncoderDecoderSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.SpeechCatalog;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Custom.Effects;
import io.agentopt.operator.Operator;
import io.agentopt.operator.Work;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelOperatorsPlanTest {
    private static final String RERANKER = "BAAI/bge-reranker-v2-m3";
    private static final String WHISPER = "openai/whisper-base";
    private static final Workload LOAD = Workload.poisson(2);
    private static final Sla SLA = Sla.endToEnd(Percentile.MEAN, Duration.ofSeconds(60));
    private static final Planner PLANNER = Planner.minimizeCost();
    private static final Fleet CPU_AND_GPU = PlanFixtures.fleet("CPU-32-core", "L4");

    private static <A, B> Plan<A, B> planned(
            Class<A> in, Class<B> out, Operator<? super A, B> operator, NodeOptions options) {
        AgentGraph<A, B> graph = AgentGraph.define("one", in, out, (g, x) -> g.node("op", operator, x, options));
        Plan<A, B> plan = PLANNER.plan(graph, LOAD, SLA, CPU_AND_GPU);
        assertThat(PlanJson.read(plan.toJson(), "plan.json", graph)).isEqualTo(plan);
        return plan;
    }

    private static PlannedOperator only(Plan<?, ?> plan) {
        return plan.operators().stream()
                .filter(o -> o.id().equals(OperatorId.whole("op")))
                .findFirst()
                .orElseThrow();
    }

    private static double seconds(Estimate estimate) {
        return ((Estimate.Known) estimate).seconds();
    }

    private static DeviceSpec device(String name) {
        return CPU_AND_GPU.find(name).device();
    }

    private static CostModel cost() {
        return PLANNER.costModel();
    }

    @Test
    void aRecogniserTakesTheTimeOfItsThreeParts() {
        PlannedOperator o = only(planned(
                Audio.class,
                String.class,
                transcribe(model(WHISPER)).expecting(45, 101),
                NodeOptions.NONE.pinnedTo("L4")));
        EncoderDecoderSpec spec = SpeechCatalog.packaged().find(WHISPER);
        double steps = 0; // one by one: two windows of 30 s, 51 tokens in the first, 50 in the second
        for (int tokens : new int[] {51, 50}) {
            for (int i = 1; i <= tokens; i++)
                steps += seconds(cost().seconds(EncoderDecoderDemand.decodeStep(spec, i, 1), device("L4")));
        }
        double expected = seconds(cost().seconds(EncoderDecoderDemand.encode(spec, 45, 1), device("L4")))
                + seconds(cost().seconds(EncoderDecoderDemand.crossAttentionCache(spec, 45, 1), device("L4")))
                + steps;
        assertThat(o.seconds()).isCloseTo(expected, within(1e-3 * expected));
        assertThat(o.load()).isPositive();
    }

    @Test
    void aRerankerTakesTheTimeOfItsPairs() {
        AgentGraph<String, Integer> graph = AgentGraph.define(
                "one",
                String.class,
                Integer.class,
                (g, in) -> g.rerank(
                                "op",
                                rerank(model(RERANKER), 2).expecting(20, 100, 8),
                                in,
                                in.map("found", s -> List.of(Passage.of("a", s))))
                        .map("count", List::size));
        PlannedOperator o = only(PLANNER.plan(graph, LOAD, SLA, PlanFixtures.fleet("L4", "CPU-32-core")));
        var demand = RerankDemand.rerank(ModelCatalog.packaged().find(RERANKER), 20, 100, 8);
        assertThat(o.seconds()).isEqualTo(seconds(cost().seconds(demand, device(o.deviceClass()))));
    }

    @Test
    void declaredSecondsArePlannedAsTheyAre() {
        var speak = synthesize(model("any")).costing(Work.seconds("gpu", 0.25).keeping(1e9));
        PlannedOperator o = only(planned(String.class, Audio.class, speak, NodeOptions.NONE));
        assertThat(o.deviceClass()).isEqualTo("L4");
        assertThat(o.seconds()).isEqualTo(0.25);
    }

    @Test
    void whatIsDeclaredForOneKindRunsOnNoOther() {
        var speak = synthesize(model("any")).costing(Work.seconds("gpu", 0.25));
        AgentGraph<String, Audio> graph =
                AgentGraph.define("one", String.class, Audio.class, (g, x) -> g.node("op", speak, x));
        assertThat(PlanFixtures.none(PLANNER.solve(graph, LOAD, SLA, PlanFixtures.fleet("CPU-32-core")))
                        .message())
                .contains("it is declared for [gpu] and not for a cpu");
    }

    @Test
    void countedWorkIsTimedByTheCostModel() {
        var work = Work.counted(3e11, 2e9).keeping(5e8);
        PlannedOperator gpu = only(planned(
                Tensor.class,
                Tensor.class,
                infer(model("file"), "y", "x").costing(work),
                NodeOptions.NONE.pinnedTo("L4")));
        PlannedOperator cpu = only(planned(
                Tensor.class,
                Tensor.class,
                infer(model("file"), "y", "x").costing(work),
                NodeOptions.NONE.pinnedTo("CPU-32-core")));
        assertThat(gpu.seconds()).isPositive().isLessThan(cpu.seconds());
    }

    @Test
    void kernelsAndFunctionsStayOnTheHost() {
        PlannedOperator kernel =
                only(planned(Tensor.class, Tensor.class, kernel("softmax", 1).with("columns", 4), NodeOptions.NONE));
        assertThat(kernel.deviceClass()).isEqualTo("CPU-32-core");
        Custom<String> redact = custom("acme.redact", String.class, String.class, s -> s)
                .costing(Work.seconds("cpu", 0.125).and("gpu", 1e-6));
        PlannedOperator own = only(planned(String.class, String.class, redact, NodeOptions.NONE));
        assertThat(own.deviceClass()).isEqualTo("CPU-32-core");
        assertThat(own.seconds()).isEqualTo(0.125);
        Custom<String> elsewhere = Custom.external("acme.far", String.class, String.class)
                .promising(Effects.PURE)
                .costing(Work.seconds("gpu", 1e-3));
        assertThat(only(planned(String.class, String.class, elsewhere, NodeOptions.NONE))
                        .deviceClass())
                .isEqualTo("L4");
    }

    @Test
    void whatNoCatalogKnowsMustBeSaid() {
        assertThatThrownBy(() ->
                        planned(String.class, Audio.class, synthesize(model("hexgrad/Kokoro-82M")), NodeOptions.NONE))
                .hasMessageContaining("Node 'op' of graph 'one' cannot be planned")
                .hasMessageContaining("text to speech by 'hexgrad/Kokoro-82M'")
                .hasMessageContaining(".costing(Work.seconds");
        assertThatThrownBy(() -> planned(Tensor.class, Tensor.class, infer(model("file"), "y", "x"), NodeOptions.NONE))
                .hasMessageContaining("model file 'file'");
        assertThatThrownBy(
                        () -> planned(Audio.class, String.class, transcribe(model("openai/whisper")), NodeOptions.NONE))
                .hasMessageContaining("needs a speech model of known shape")
                .hasMessageContaining("Did you mean");
        assertThatThrownBy(() -> planned(Audio.class, String.class, transcribe(model("suno/bark")), NodeOptions.NONE))
                .hasMessageContaining("only the size");
    }

    @Test
    void aRerankerIsAnEncoder() {
        AgentGraph<String, Integer> graph = AgentGraph.define(
                "one",
                String.class,
                Integer.class,
                (g, in) -> g.rerank(
                                "op",
                                rerank(model("meta-llama/Meta-Llama-3.1-8B"), 2),
                                in,
                                in.map("found", s -> List.of(Passage.of("a", s))))
                        .map("count", List::size));
        assertThatThrownBy(() -> PLANNER.plan(graph, LOAD, SLA, CPU_AND_GPU))
                .hasMessageContaining("reranks with 'meta-llama/Meta-Llama-3.1-8B', which is a language model");
    }
}
