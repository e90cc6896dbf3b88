package io.agentopt.runtime;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.vectorSearch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.lower.DirectLowering;
import io.agentopt.message.Completion;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Sampling;
import io.agentopt.plan.Placement;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Rung;
import io.agentopt.runtime.dispatch.DeadlineExceededException;
import io.agentopt.runtime.dispatch.ManualClock;
import io.agentopt.runtime.dispatch.RunCancelledException;
import io.agentopt.runtime.dispatch.Running;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.observe.AgentReport;
import io.agentopt.runtime.observe.Expectation;
import io.agentopt.runtime.observe.RunTrace;
import io.agentopt.runtime.observe.StepKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Agents on real engines, with small random models. */
@Timeout(120)
class AgentEngineTest {
    private static final DetectedDevice CPU = new DetectedDevice(
            "cpu", "any", DetectedDevice.Kind.CPU, "", Rung.READY, "", 0, Map.of(), Optional.empty());
    private static final DetectedDevice CUDA = new DetectedDevice(
            "cuda",
            "NVIDIA",
            DetectedDevice.Kind.GPU,
            "",
            Rung.LIBRARY_MISSING,
            "libcuda.so.1 is not there.",
            0,
            Map.of(),
            Optional.empty());
    private static final AgentOptions OPTIONS = AgentOptions.DEFAULTS
            .withDevices(List.of(CPU, CUDA))
            .withThreads("cpu", 1)
            .withHardware("big", Hardware.cpu())
            .withHardware("small", Hardware.cpu())
            .withHardware("H100", Hardware.gpu("NVIDIA"))
            .withHardware("MI300X", Hardware.gpu("AMD"));

    @TempDir
    static Path root;

    private static ModelStore store;

    private static final PassageIndex NOTES = PassageIndex.of(
            "notes",
            model("e"),
            List.of(Passage.of("a", "red"), Passage.of("b", "a long blue text"), Passage.of("c", "green")));

    @BeforeAll
    static void models() {
        TinyPack.decoder("m").write(root);
        TinyPack.slow("slow").write(root);
        TinyPack.writeEmbedder(root, "e");
        store = ModelStore.of(root);
    }

    private static AgentGraph<String, String> talk(String id, int tokens) {
        return AgentGraph.define("talk", String.class, String.class, (g, in) -> {
            Port<Prompt> prompt = in.map("prompt", q -> Prompt.EMPTY.user(q));
            return g.node("say", generate(model(id)).maxTokens(tokens).sampling(Sampling.seeded(1, 7)), prompt)
                    .map("text", Completion::text);
        });
    }

    @Test
    void theAnswerIsTheSameWhereverPrefillAndDecodeAre() {
        AgentGraph<String, String> graph = talk("m", 12);
        RunTrace trace = new RunTrace();
        try (Agent<String, String> one = AgentRuntime.load(graph, Running.onOneDevice(graph), store, OPTIONS);
                Agent<String, String> two = AgentRuntime.load(
                        graph, Running.placed(graph, "big", "small"), store, OPTIONS.withListener(trace))) {
            for (String q : List.of("hi", "what is it?", "tell me more"))
                assertThat(two.run(q)).isEqualTo(one.run(q));
            assertThat(trace.steps())
                    .filteredOn(s -> s.kind() == StepKind.KV_TRANSFER)
                    .hasSize(3)
                    .allMatch(s -> s.device().equals("small"));
            AgentReport report = two.report();
            assertThat(report.rows())
                    .filteredOn(r -> r.kind() == StepKind.DECODE)
                    .singleElement()
                    .satisfies(r -> assertThat(r.tokensOut()).isBetween(3L, 36L));
            assertThat(report.firstToken().count()).isEqualTo(3);
        }
    }

    @Test
    void streamsTheTextOfTheAnswer() {
        AgentGraph<String, String> graph = talk("m", 20);
        try (Agent<String, String> agent = AgentRuntime.load(graph, Running.onOneDevice(graph), store, OPTIONS)) {
            StringBuilder heard = new StringBuilder();
            String answer = agent.stream("hello", (path, text) -> {
                assertThat(path).isEqualTo("say");
                heard.append(text);
            });
            assertThat(heard).hasToString(answer);
        }
    }

    @Test
    void findsThePassagesOfAnIndex() {
        AgentGraph<String, Object> graph = AgentGraph.define(
                "find",
                String.class,
                Object.class,
                (g, in) -> g.node("search", vectorSearch(NOTES, 2), g.node("embed", embed(model("e")), in))
                        .map("all", l -> (Object) l));
        try (Agent<String, Object> agent = AgentRuntime.load(graph, Running.onOneDevice(graph), store, OPTIONS)) {
            for (Passage p : NOTES.passages()) {
                Passage best = (Passage) ((List<?>) agent.run(p.text())).getFirst();
                assertThat(best.id()).isEqualTo(p.id());
                assertThat(best.score()).isBetween(0.999, 1.001);
            }
        }
    }

    @Test
    void runsAtTheSameTimeAnswerAsAlone() throws Exception {
        AgentGraph<String, String> graph = talk("m", 8);
        AgentOptions few = OPTIONS.withSlots(2);
        try (Agent<String, String> agent =
                AgentRuntime.load(graph, Running.placed(graph, "big", "small"), store, few)) {
            List<String> questions =
                    IntStream.range(0, 24).mapToObj(i -> "question " + i).toList();
            List<Run<String>> runs = questions.stream().map(agent::submit).toList();
            List<String> together = new ArrayList<>();
            for (Run<String> r : runs) together.add(r.get());
            assertThat(together).isEqualTo(questions.stream().map(agent::run).toList());
        }
    }

    @Test
    void closingStopsAModelInMidAnswer() throws Exception {
        AgentGraph<String, String> graph = talk("slow", 900);
        CountDownLatch speaking = new CountDownLatch(1);
        Agent<String, String> agent = AgentRuntime.load(graph, Running.onOneDevice(graph), store, OPTIONS);
        Run<String> run = agent.submit("go", Optional.empty(), (path, text) -> speaking.countDown());
        speaking.await();
        agent.close();
        assertThatThrownBy(run::get).isInstanceOf(RunCancelledException.class);
    }

    @Test
    void aDeadlineStopsAModelAndNamesItsNode() throws Exception {
        AgentGraph<String, String> graph = talk("slow", 900);
        CountDownLatch speaking = new CountDownLatch(1);
        ManualClock clock = new ManualClock();
        Placement placement = Running.onOneDevice(graph);
        try (Agent<String, String> agent = AgentRuntime.open(
                graph, new DirectLowering().lower(graph, placement), placement, Optional.of(store), OPTIONS, clock)) {
            Run<String> run =
                    agent.submit("go", Optional.of(Duration.ofSeconds(3)), (path, text) -> speaking.countDown());
            speaking.await();
            clock.advance(Duration.ofSeconds(3));
            assertThatThrownBy(run::get)
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasMessageContainingAll("3000 ms", "'say'");
        }
    }

    @Test
    void aModelThatIsNotThereIsNamedWithThoseThatAre() {
        AgentGraph<String, String> graph = talk("mm", 8);
        assertThatThrownBy(() -> AgentRuntime.load(graph, Running.onOneDevice(graph), store, OPTIONS))
                .isInstanceOf(AgentLoadException.class)
                .hasMessageContainingAll(
                        "Node 'say' of graph 'talk' needs the model 'mm'", "[e, m, slow]", "Did you mean 'm'?");
    }

    @Test
    void aDeviceThatIsNotHereIsNamedWithTheReason() {
        AgentGraph<String, String> graph = talk("m", 8);
        assertThatThrownBy(() -> AgentRuntime.load(graph, Running.placed(graph, "H100", "cpu"), store, OPTIONS))
                .isInstanceOf(AgentLoadException.class)
                .hasMessage("Node 'say' of graph 'talk' is placed on device class 'H100', which is not usable here:"
                        + " cuda (LIBRARY_MISSING: libcuda.so.1 is not there.). Repair that, or place it elsewhere.");
        assertThatThrownBy(() -> AgentRuntime.load(graph, Running.placed(graph, "MI300X", "cpu"), store, OPTIONS))
                .hasMessageContainingAll("device class 'MI300X', and this machine has no AMD GPU.", "cpu (READY)");
        assertThatThrownBy(() -> AgentRuntime.load(graph, Running.placed(graph, "moon", "cpu"), store, OPTIONS))
                .hasMessageContainingAll(
                        "device class 'moon', and nobody said what that is. Name its hardware in the options");
    }

    @Test
    void reportsPredictedBesideMeasured() {
        AgentGraph<String, String> graph = talk("m", 8);
        Placement placement = Running.onOneDevice(graph);
        Expectation expected = new Expectation(
                Map.of(OperatorId.prefill("say"), 0.002, OperatorId.decode("say"), 0.01),
                OptionalDouble.of(0.012),
                Optional.empty());
        try (Agent<String, String> agent =
                AgentRuntime.load(graph, placement, store, OPTIONS.withExpectation(expected))) {
            for (int i = 0; i < 5; i++) agent.run("hello " + i);
            AgentReport report = agent.report();
            assertThat(report.measuredOverPredicted()).isPresent();
            assertThat(report.rows())
                    .filteredOn(r -> r.operator().equals(OperatorId.prefill("say")))
                    .singleElement()
                    .satisfies(r -> assertThat(r.measuredOverPredicted()).isPresent());
            assertThat(report.overheadShare()).isBetween(0.0, 1.0);
            assertThat(report.toString()).contains("say.prefill  prefill", "say.decode   decode");
        }
    }
}
