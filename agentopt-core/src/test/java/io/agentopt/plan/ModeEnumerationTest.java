package io.agentopt.plan;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static io.agentopt.operator.Operators.vectorSearch;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.graph.Port;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.SlidingWindow;
import io.agentopt.operator.Generate;
import io.agentopt.operator.PassageIndex;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.problem.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModeEnumerationTest {
    private static final String LLM = "meta-llama/Meta-Llama-3.1-8B"; // 32 heads
    private static final String EMBEDDER = "BAAI/bge-small-en-v1.5"; // 512 tokens of context
    private static final CostModel TEN_SECONDS = (demand, device, degree) -> seconds(10);
    private static final Fleet FLEET =
            Fleet.rented("fleet").add("A100-80GB-SXM", 5).add("CPU-32-core", 8).build();

    @Test
    void degreesArePowersOfTwoUpToTheCountAndOneOnACpu() {
        List<Mode> modes = modes(ask(), "ask.prefill", 1, TEN_SECONDS);
        assertThat(labels(modes, 0))
                .containsExactly("tp=1 batch=1 fp16", "tp=2 batch=1 fp16", "tp=4 batch=1 fp16"); // 8 are not there
        assertThat(labels(modes, 1)).containsExactly("tp=1 batch=1 fp16");
        assertThat(modes.stream().map(Mode::devices)).containsExactly(1, 2, 4, 1);
    }

    @Test
    void aDegreeDividesTheHeads() {
        ModelSpec odd = decoder("odd", 6);
        Fleet eight = Fleet.rented("eight").add("A100-80GB-SXM", 8).build();
        List<Mode> modes = modes(
                ask("odd", NodeOptions.NONE),
                "ask.prefill",
                1,
                TEN_SECONDS,
                eight,
                ModelCatalog.empty().plus(odd),
                new ArrayList<>());
        assertThat(modes.stream().map(Mode::devices)).containsExactly(1, 2);
    }

    @ParameterizedTest
    @CsvSource({"0.001, 1", "0.09, 1", "0.1, 2", "0.11, 2", "0.19, 2", "0.21, 4", "1.59, 16", "6.5, 128", "1000, 128"})
    void batchesGoUpToTheFirstThatNeverFills(double requestsPerSecond, int largest) {
        List<Mode> decode = modes(ask(), "ask.decode", requestsPerSecond, TEN_SECONDS);
        assertThat(decode.stream().mapToInt(ModeEnumerationTest::batch).max()).hasValue(largest);
        List<Mode> prefill = modes(ask(), "ask.prefill", requestsPerSecond, TEN_SECONDS);
        assertThat(prefill).allMatch(m -> batch(m) == 1);
    }

    @Test
    void aBatchThatNeverFillsKeepsItsDevicesBusy() {
        List<Mode> modes = modes(ask(), "ask.decode", 0.3, TEN_SECONDS).stream()
                .filter(m -> m.deviceClass() == 0 && m.devices() == 2)
                .toList();
        assertThat(modes.stream().map(Mode::load)).containsExactly(0.3 * 10 / 1 * 2, 0.3 * 10 / 2 * 2, 1.0 * 2);
    }

    @Test
    void loadIsBusyDevicesAndMemoryThatOfTheRunsInFlight() {
        ModelSpec llm = ModelCatalog.packaged().find(LLM);
        Mode wide = modes(ask(), "ask.decode", 3, TEN_SECONDS).stream()
                .filter(m -> m.label().equals("tp=2 batch=8 fp16"))
                .findFirst()
                .orElseThrow();
        assertThat(wide.load()).isEqualTo(3 * 10.0 / 8 * 2);
        assertThat(wide.memoryBytes()).isEqualTo((long) (30 * (100 + 20) * llm.kvBytesPerToken()));
        assertThat(wide.sharedBytes()).isEqualTo((long) TransformerDemand.weightBytes(llm));
        assertThat(wide.seconds()).isEqualTo(10);
        Mode idle = modes(ask(), "ask.prefill", 1e-9, TEN_SECONDS).getFirst();
        assertThat(idle.memoryBytes()).isEqualTo((long) (1 * 100 * llm.kvBytesPerToken()));
    }

    @Test
    void windowedLayersTakeMemoryOfTheirWindowOnly() {
        ModelSpec windowed = decoder("windowed", 8).with(new SlidingWindow(40, 1));
        List<Mode> modes = modes(
                ask("windowed", NodeOptions.NONE),
                "ask.prefill",
                1e-9,
                TEN_SECONDS,
                FLEET,
                ModelCatalog.empty().plus(windowed),
                new ArrayList<>());
        assertThat(windowed.kvBytes(100)).isLessThan(100 * windowed.kvBytesPerToken());
        assertThat(modes.getFirst().memoryBytes()).isEqualTo((long) windowed.kvBytes(100));
    }

    @Test
    void weightsOfAModelAreOneGroupWhereverItIsCalled() {
        AgentGraph<String, String> twice = AgentGraph.define("g", String.class, String.class, (g, in) -> {
            Port<String> first = g.node("a", generate(model(LLM)), in.map("p", Prompt::system))
                    .map("t", c -> c.text());
            return g.node("b", generate(model(LLM)), first.map("p2", Prompt::system))
                    .map("t2", c -> c.text());
        });
        ModeEnumeration enumeration = enumeration(1, TEN_SECONDS, FLEET, ModelCatalog.packaged());
        var groups = GranularGraph.of(twice).operators().stream()
                .filter(o -> o.call().isPresent() && o.call().get().operator() instanceof Generate)
                .flatMap(o -> enumeration.modes(o, new ArrayList<>()).stream())
                .map(m -> m.mode().sharedGroup())
                .distinct();
        assertThat(groups).hasSize(1);
    }

    @Test
    void anIndexTakesMemoryOnceAndRunsOnCpus() {
        List<String> refusals = new ArrayList<>();
        List<Mode> search = modes(search(32), "search", 1, TEN_SECONDS, FLEET, ModelCatalog.packaged(), refusals);
        assertThat(search).hasSize(1);
        assertThat(search.getFirst().deviceClass()).isEqualTo(1);
        assertThat(search.getFirst().sharedBytes()).isEqualTo(2 * 384 * 4); // two passages of 384 FP32 numbers
        assertThat(refusals).containsExactly("A100-80GB-SXM: vector search runs on a CPU");
    }

    @Test
    void pinsAndForbiddenClassesAreReasons() {
        List<String> refusals = new ArrayList<>();
        AgentGraph<String, String> pinned = ask(LLM, NodeOptions.NONE.pinnedTo("CPU-32-core"));
        assertThat(modes(pinned, "ask.decode", 1, TEN_SECONDS, FLEET, ModelCatalog.packaged(), refusals))
                .isNotEmpty()
                .allMatch(m -> m.deviceClass() == 1);
        assertThat(refusals).containsExactly("A100-80GB-SXM: the node is pinned to 'CPU-32-core'");
        refusals.clear();
        AgentGraph<String, String> forbidden =
                ask(LLM, NodeOptions.NONE.forbid("A100-80GB-SXM").forbid("CPU-32-core"));
        assertThat(modes(forbidden, "ask.decode", 1, TEN_SECONDS, FLEET, ModelCatalog.packaged(), refusals))
                .isEmpty();
        assertThat(refusals)
                .containsExactly("A100-80GB-SXM: forbidden by the node", "CPU-32-core: forbidden by the node");
    }

    @Test
    void hostFunctionsNeitherLoadNorPay() {
        AgentGraph<String, String> agent = AgentGraph.define(
                "g",
                String.class,
                String.class,
                (g, in) -> g.node(
                        "call",
                        tool("t", (String s) -> s)
                                .expecting(Duration.ofMillis(50))
                                .priced(0.002),
                        in.map("strip", String::strip)));
        Mode call = modes(agent, "call", 9, TEN_SECONDS).getFirst();
        assertThat(call.seconds()).isEqualTo(0.05 + 10e-6);
        assertThat(call.dollarsPerRequest()).isEqualTo(0.002);
        Mode strip = modes(agent, "strip", 9, TEN_SECONDS).getFirst();
        assertThat(strip).isEqualTo(new Mode(1, "host", 10e-6, 0, 0, 0, Mode.NOTHING_SHARED, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({"131072, 1", "2e9, 1000", "2147483647, 2147483647", "1e300, 1"})
    void contextsThatOverflowAreRefused(double prompt, double output) {
        Generate longest = new Generate(model(LLM)).maxTokens(Integer.MAX_VALUE).expecting(prompt, output);
        AgentGraph<String, String> agent = AgentGraph.define(
                "g",
                String.class,
                String.class,
                (g, in) ->
                        g.node("ask", longest, in.map("prompt", Prompt::system)).map("text", c -> c.text()));
        List<String> refusals = new ArrayList<>();
        assertThat(modes(agent, "ask.decode", 1, TEN_SECONDS, FLEET, ModelCatalog.packaged(), refusals))
                .isEmpty();
        assertThat(refusals).hasSize(2).allMatch(r -> r.contains("exceed the context of model '" + LLM + "'"));
    }

    @Test
    void aTextLongerThanTheEmbeddersContextIsRefused() {
        List<String> refusals = new ArrayList<>();
        assertThat(modes(search(513), "embed", 1, TEN_SECONDS, FLEET, ModelCatalog.packaged(), refusals))
                .isEmpty();
        assertThat(refusals)
                .contains("CPU-32-core: a text of 513 tokens exceeds the context of model '" + EMBEDDER + "' (512)");
        assertThat(modes(search(512), "embed", 1, TEN_SECONDS)).hasSize(2);
    }

    @Test
    void aModelThatFitsNowhereSaysHowManyDevicesItNeeds() {
        List<String> refusals = new ArrayList<>();
        Fleet small = Fleet.rented("small").add("L4", 1).build();
        assertThat(modes(
                        ask("meta-llama/Meta-Llama-3.1-70B", NodeOptions.NONE),
                        "ask.prefill",
                        1,
                        RooflineCostModel.generic(),
                        small,
                        ModelCatalog.packaged(),
                        refusals))
                .isEmpty();
        assertThat(refusals).hasSize(1);
        assertThat(refusals.getFirst())
                .startsWith("L4: Weights (")
                .contains("do not fit 1 x 'L4'", "Use at least 8 of them");
    }

    @Test
    void whatCannotBeCountedIsAReason() {
        assertThat(refused(TEN_SECONDS, 1e12))
                .contains("A100-80GB-SXM: it would take 1.00e+13 busy devices; plans count to 1.00e+06");
        assertThat(refused((d, e, n) -> seconds(1e300), 1e-300))
                .contains("CPU-32-core: it would take 1.00e+300 seconds on the longest path; plans count to 1.00e+06");
    }

    @Test
    void whatNeverRunsCostsNothingEvenInfinitelyOften() {
        AgentGraph<String, String> never = AgentGraph.define(
                "g",
                String.class,
                String.class,
                (g, in) -> g.when(
                        "which",
                        in.map("empty?", String::isEmpty),
                        0,
                        b -> b.node("call", tool("t", (String s) -> s).priced(1e300), in),
                        b -> in));
        Mode call = modes(never, "which/then/call", 1e300, TEN_SECONDS).getFirst();
        assertThat(call.dollarsPerRequest()).isZero();
        assertThat(call.seconds()).isZero();
    }

    private static List<String> refused(CostModel cost, double rate) {
        List<String> refusals = new ArrayList<>();
        assertThat(modes(ask(), "ask.decode", rate, cost, FLEET, ModelCatalog.packaged(), refusals))
                .isEmpty();
        return refusals;
    }

    private static Estimate seconds(double seconds) {
        return new Estimate.Known(seconds, 0.1, Confidence.GENERIC, new Estimate.Breakdown(seconds, 0, 0, 0));
    }

    private static ModelSpec decoder(String id, int heads) {
        ModelSpec m = ModelCatalog.packaged().find(LLM);
        return new ModelSpec(
                id,
                m.kind(),
                2,
                384,
                heads,
                heads,
                64,
                512,
                true,
                1000,
                false,
                4096,
                m.experts(),
                m.weights(),
                m.compute(),
                m.kv());
    }

    private static AgentGraph<String, String> ask() {
        return ask(LLM, NodeOptions.NONE);
    }

    private static AgentGraph<String, String> ask(String llm, NodeOptions options) {
        return AgentGraph.define(
                "g",
                String.class,
                String.class,
                (g, in) -> g.node(
                                "ask",
                                generate(model(llm)).expecting(100, 20),
                                in.map("prompt", Prompt::system),
                                options)
                        .map("text", c -> c.text()));
    }

    private static AgentGraph<String, String> search(double tokens) {
        PassageIndex index =
                PassageIndex.of("index", model(EMBEDDER), List.of(Passage.of("a", "One."), Passage.of("b", "Two.")));
        return AgentGraph.define(
                "g",
                String.class,
                String.class,
                (g, in) -> g.node(
                                "search",
                                vectorSearch(index, 1),
                                g.node("embed", embed(model(EMBEDDER)).expecting(tokens), in))
                        .map("text", d -> d.toString()));
    }

    private static List<Mode> modes(AgentGraph<String, String> agent, String operator, double rate, CostModel cost) {
        return modes(agent, operator, rate, cost, FLEET, ModelCatalog.packaged(), new ArrayList<>());
    }

    private static List<Mode> modes(
            AgentGraph<String, String> agent,
            String operator,
            double rate,
            CostModel cost,
            Fleet fleet,
            ModelCatalog models,
            List<String> refusals) {
        GranularOperator found = GranularGraph.of(agent).operators().stream()
                .filter(o -> o.id().toString().equals(operator))
                .findFirst()
                .orElseThrow();
        return enumeration(rate, cost, fleet, models).modes(found, refusals).stream()
                .map(CandidateMode::mode)
                .toList();
    }

    private static ModeEnumeration enumeration(double rate, CostModel cost, Fleet fleet, ModelCatalog models) {
        return new ModeEnumeration(
                models, cost, fleet.classes(), fleet.classes().size() - 1, rate);
    }

    private static List<String> labels(List<Mode> modes, int deviceClass) {
        return modes.stream()
                .filter(m -> m.deviceClass() == deviceClass)
                .map(Mode::label)
                .toList();
    }

    private static int batch(Mode mode) {
        return Integer.parseInt(mode.label().replaceAll(".*batch=(\\d+).*", "$1"));
    }
}
