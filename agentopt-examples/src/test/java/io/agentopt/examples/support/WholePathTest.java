package io.agentopt.examples.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agentopt.examples.RepositoryModels;
import io.agentopt.examples.support.HeldOut.Question;
import io.agentopt.examples.support.SupportAgent.Lengths;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Fleet;
import io.agentopt.lower.DirectLowering;
import io.agentopt.lower.Lowering;
import io.agentopt.plan.Placement;
import io.agentopt.plan.Plan;
import io.agentopt.plan.Planner;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.program.Program;
import io.agentopt.program.Step;
import io.agentopt.runtime.Agent;
import io.agentopt.runtime.AgentLoadException;
import io.agentopt.runtime.AgentOptions;
import io.agentopt.runtime.AgentRuntime;
import io.agentopt.runtime.Hardware;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Devices;
import io.agentopt.runtime.dispatch.DeadlineExceededException;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration agent from its declaration to its answers, with the models of this repository; and what it says where something is missing. */
@Timeout(120)
class WholePathTest {
    private static final String LLM = "support-1";
    private static final String EMBEDDER = "support-embed";
    private static final String LARGE = "llama-3.1-8b-instruct";
    private static final OperatorId PREFILL = OperatorId.prefill("think/generate");

    private static Path models;
    private static HeldOut heldOut;
    private static AgentGraph<String, Reply> graph;
    private static ModelStore store;
    private static Plan<String, Reply> plan;

    @TempDir
    Path broken;

    @BeforeAll
    static void planForThisCpu() {
        models = RepositoryModels.folderWith(LLM);
        heldOut = HeldOut.read(models.resolve(LLM).resolve("heldout"));
        graph = SupportAgent.declare(LLM, EMBEDDER, heldOut.policies(), heldOut.shop(), Lengths.DEMO);
        store = ModelStore.of(models);
        plan = planned(graph, Fleet.of(DeviceSpec.cpu("cpu", 2, 2e11, 16e9, 2e10)));
    }

    private static Plan<String, Reply> planned(AgentGraph<String, Reply> agent, Fleet fleet) {
        return Planner.minimizeCost()
                .models(store.catalog())
                .plan(agent, Workload.poisson(0.1), Sla.endToEnd(Percentile.P95, Duration.ofSeconds(30)), fleet);
    }

    @Test
    void answersQuestionsThatTheModelHasNotSeen() {
        Evaluation evaluation = new Evaluation();
        try (Agent<String, Reply> agent = AgentRuntime.load(plan, store)) {
            for (Question q : first(40)) evaluation.add(q, agent.run(q.text()));
            assertThat(agent.report().endToEnd().count()).isEqualTo(40);
            assertThat(agent.report().measuredOverPredicted()).isPresent();
        }
        assertThat(evaluation.toolCalls()).as(evaluation.toString()).isGreaterThanOrEqualTo(0.95);
        assertThat(evaluation.answers()).as(evaluation.toString()).isGreaterThanOrEqualTo(0.95);
    }

    @Test
    void aKvCacheThatMovesGivesTheSameAnswers() {
        Map<OperatorId, String> classes = new TreeMap<>(plan.placement().deviceClasses());
        classes.put(PREFILL, "compute");
        classes.put(OperatorId.decode(PREFILL.path()), "bandwidth");
        Placement apart = new Placement(plan.placement().home(), classes);
        Program together = Lowering.best().lower(graph, plan.placement());
        Program disaggregated = Lowering.best().lower(graph, apart);
        assertThat(together.allSteps()).noneMatch(Step.KvTransfer.class::isInstance);
        assertThat(disaggregated.allSteps())
                .filteredOn(Step.KvTransfer.class::isInstance)
                .singleElement()
                .satisfies(s -> {
                    Step.KvTransfer moved = (Step.KvTransfer) s;
                    assertThat(moved.from()).isEqualTo("compute");
                    assertThat(moved.to()).isEqualTo("bandwidth");
                });
        assertThat(replies(disaggregated, apart, 5)).isEqualTo(replies(together, plan.placement(), 5));
    }

    @Test
    void thePlainLoweringGivesTheSameReplies() {
        Program plain = new DirectLowering().lower(graph, plan.placement());
        Program best = Lowering.best().lower(graph, plan.placement());
        assertThat(replies(plain, plan.placement(), 5)).isEqualTo(replies(best, plan.placement(), 5));
    }

    @Test
    void aDeadlineThatPassesNamesTheNode() {
        try (Agent<String, Reply> agent = AgentRuntime.load(plan, store)) {
            String question = heldOut.questions().getFirst().text();
            DeadlineExceededException e = Stream.generate(() -> late(agent, question))
                    .limit(50)
                    .filter(x -> !x.node().isEmpty()) // a busy machine may not even begin within 1 ms
                    .findFirst()
                    .orElseThrow();
            assertThat(graph.calls()).containsKey(e.node());
            assertThat(e)
                    .hasMessageContainingAll(
                            "The deadline (1 ms)", "graph 'support'", "'" + e.node() + "'", "Allow more time");
            assertThat(agent.run(question).text()).isNotEmpty();
        }
    }

    private static DeadlineExceededException late(Agent<String, Reply> agent, String question) {
        try {
            throw new AssertionError("answered within 1 ms: " + agent.run(question, Duration.ofMillis(1)));
        } catch (DeadlineExceededException e) {
            return e;
        }
    }

    @Test
    void aModelThatIsNotThereIsNamed() throws IOException {
        copy(EMBEDDER, Function.identity());
        refused("Node 'think/generate' of graph 'support' needs the model 'support-1'", "[support-embed]");
    }

    @Test
    void aPlanForAnotherMachineIsRefused() {
        AgentGraph<String, Reply> large =
                SupportAgent.declare(LARGE, EMBEDDER, heldOut.policies(), heldOut.shop(), Lengths.DEMO);
        Plan<String, Reply> rented = planned(
                large,
                Fleet.rented("rented").add("H100-SXM", 1).add("CPU-32-core", 1).build());
        assumeTrue(
                Devices.detect().stream().noneMatch(d -> d.kind() == DetectedDevice.Kind.GPU && d.isReady()),
                "skipped: this machine has a GPU that is ready");
        assertThatThrownBy(() -> AgentRuntime.load(rented, store))
                .isInstanceOf(AgentLoadException.class)
                .hasMessageContainingAll(
                        "Node 'think/generate' of graph 'support'", "device class 'H100-SXM'", "lace it elsewhere");
    }

    @Test
    void aMissingTokenizerIsNamed() throws IOException {
        copy(LLM, Function.identity());
        copy(EMBEDDER, Function.identity());
        Files.delete(broken.resolve(EMBEDDER).resolve("tokenizer.json"));
        refused(
                "Node 'embed' of graph 'support' needs the model 'support-embed'",
                "tokenizer.file (\"tokenizer.json\")",
                "model.json",
                "copy the whole folder");
    }

    @Test
    void aTruncatedModelFileIsNamed() throws IOException {
        copy(LLM, Function.identity());
        copy(EMBEDDER, bytes -> Arrays.copyOf(bytes, bytes.length / 2));
        refused(
                "Node 'embed' of graph 'support' needs the model 'support-embed'",
                broken.resolve(EMBEDDER).resolve("model.onnx").toString(),
                "cut short",
                "Copy it again");
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> AgentRuntime.load(plan, ModelStore.of(broken)))
                .isInstanceOf(AgentLoadException.class)
                .hasMessageContainingAll(parts);
    }

    /** Copies a pack to the broken store, changing its ONNX file on the way. */
    private void copy(String id, Function<byte[], byte[]> change) throws IOException {
        Path folder = Files.createDirectories(broken.resolve(id));
        for (String file : List.of("model.json", "tokenizer.json"))
            Files.copy(models.resolve(id).resolve(file), folder.resolve(file));
        byte[] onnx = Files.readAllBytes(models.resolve(id).resolve("model.onnx"));
        Files.write(folder.resolve("model.onnx"), change.apply(onnx));
    }

    private static List<Reply> replies(Program program, Placement placement, int questions) {
        AgentOptions options = AgentOptions.DEFAULTS
                .withHardware("cpu", Hardware.cpu())
                .withHardware("compute", Hardware.cpu())
                .withHardware("bandwidth", Hardware.cpu());
        try (Agent<String, Reply> agent = AgentRuntime.load(graph, program, placement, store, options)) {
            return first(questions).stream().map(q -> agent.run(q.text())).toList();
        }
    }

    private static List<Question> first(int count) {
        return heldOut.questions().subList(0, count);
    }
}
