package io.agentopt.runtime;

import static io.agentopt.operator.Operators.custom;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.infer;
import static io.agentopt.operator.Operators.kernel;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.rerank;
import static io.agentopt.operator.Operators.synthesize;
import static io.agentopt.operator.Operators.transcribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.hardware.Fleet;
import io.agentopt.hardware.HostedEndpoint;
import io.agentopt.message.Audio;
import io.agentopt.message.Completion;
import io.agentopt.message.Completion.Finish;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Custom.Effects;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.Operator;
import io.agentopt.plan.Plan;
import io.agentopt.plan.Planner;
import io.agentopt.runtime.dispatch.AgentRunException;
import io.agentopt.runtime.dispatch.Running;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.observe.RunTrace;
import io.agentopt.runtime.observe.StepKind;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the user plugs in does its steps; what is missing is named when an agent is loaded. */
@Timeout(60)
class PluggedModelsTest {
    private static final AgentOptions NOTHING = AgentOptions.DEFAULTS;

    private static <A, B> AgentGraph<A, B> one(Class<A> in, Class<B> out, Operator<? super A, B> operator) {
        return AgentGraph.define("one", in, out, (g, x) -> g.node("op", operator, x));
    }

    private static <A, B> B run(AgentGraph<A, B> graph, AgentOptions options, A input) {
        try (Agent<A, B> agent = AgentRuntime.load(graph, Running.onOneDevice(graph), options)) {
            return agent.run(input);
        }
    }

    private static void refused(AgentGraph<?, ?> graph, String... parts) {
        assertThatThrownBy(() -> AgentRuntime.load(graph, Running.onOneDevice(graph), NOTHING))
                .isInstanceOf(AgentLoadException.class)
                .hasMessageContainingAll(parts);
    }

    private static AgentGraph<String, String> ranked() {
        return AgentGraph.define(
                "one",
                String.class,
                String.class,
                (g, q) -> g.rerank(
                                "op",
                                rerank(model("rr"), 2),
                                q,
                                q.map(
                                        "found",
                                        s -> List.of(Passage.of("a", "x"), Passage.of("b", s), Passage.of("c", "z"))))
                        .map(
                                "ids",
                                list -> list.stream().map(Passage::id).toList().toString()));
    }

    @Test
    void aRerankerChoosesAmongWhatItIsGiven() {
        assertThat(run(
                        ranked(),
                        NOTHING.withReranker("rr", (q, p, k) -> p.reversed().subList(0, k)),
                        "q"))
                .isEqualTo("[c, b]");
        refused(
                ranked(),
                "Graph 'one'",
                "Node 'op' (rerank)",
                "reranker 'rr'",
                "AgentOptions.withReranker(\"rr\", ...)");
        assertThatThrownBy(() -> run(ranked(), NOTHING.withReranker("rr", (q, p, k) -> p), "q"))
                .isInstanceOf(AgentRunException.class)
                .hasMessageContaining("gave 3 passages where at most 2 were asked for");
        assertThatThrownBy(() -> run(
                        ranked(), NOTHING.withReranker("rr", (q, p, k) -> List.of(Passage.of("d", "made up"))), "q"))
                .hasMessageContaining("gave the passage 'd', which it was not given");
    }

    @Test
    void speechGoesInAndOut() {
        AgentGraph<Audio, String> hear =
                one(Audio.class, String.class, transcribe(model("asr")).language("en"));
        assertThat(run(
                        hear,
                        NOTHING.withTranscriber("asr", (a, l) -> a.length() + l.orElse("")),
                        new Audio(new float[3], 8000)))
                .isEqualTo("3en");
        refused(hear, "Node 'op' (transcribe)", "speech model 'asr'", "withTranscriber");
        AgentGraph<String, Audio> speak = one(String.class, Audio.class, synthesize(model("tts")));
        assertThat(run(speak, NOTHING.withSynthesizer("tts", (t, v) -> new Audio(new float[t.length()], 100)), "four"))
                .isEqualTo(new Audio(new float[4], 100));
        refused(speak, "Node 'op' (synthesize)", "speech model 'tts'", "withSynthesizer");
    }

    @Test
    void aModelFileIsGivenTensorsByName() {
        AgentGraph<Audio, Integer> graph = AgentGraph.define(
                "one",
                Audio.class,
                Integer.class,
                (g, in) -> g.node(
                                "op",
                                Infer.several(model("file"), List.of("y", "z"), List.of("ids", "wave")),
                                List.of(in.map("ids", a -> Tensor.of(new long[] {7})), in))
                        .map("z", t -> t.get("z").ints()[0] + t.byName().size()));
        AgentOptions options = NOTHING.withInference("file", (in, out) -> {
            assertThat(in.byName().keySet()).containsExactly("ids", "wave");
            assertThat(out).containsExactly("y", "z");
            int n = (int) in.get("ids").longs()[0] + in.get("wave").elements();
            return new Tensors(
                    Map.of("y", Tensor.of(new float[1]), "z", Tensor.of(new int[] {n}), "more", Tensor.of(new int[1])));
        });
        assertThat(run(graph, options, new Audio(new float[5], 8000))).isEqualTo(7 + 5 + 2);
        refused(graph, "Node 'op' (infer)", "model file 'file'", "withInference");
        AgentGraph<Tensor, Tensor> lacking = one(Tensor.class, Tensor.class, infer(model("file"), "w", "ids"));
        assertThatThrownBy(() -> run(
                        lacking,
                        NOTHING.withInference("file", (in, out) -> new Tensors(Map.of())),
                        Tensor.of(new int[1])))
                .hasMessageContaining("There is no tensor 'w'");
    }

    @Test
    void customOperatorsAreFunctionsOrRunners() {
        Custom<String> own = custom("acme.upper", String.class, String.class, s -> s.toUpperCase(Locale.ROOT));
        assertThat(run(one(String.class, String.class, own), NOTHING, "a")).isEqualTo("A");
        Custom<String> far = Custom.external("acme.far", String.class, String.class);
        AgentGraph<String, String> graph = one(String.class, String.class, far);
        assertThat(run(graph, NOTHING.withCustom("acme.far", in -> in.getFirst() + "!"), "a"))
                .isEqualTo("a!");
        refused(graph, "Node 'op' (custom)", "custom operator 'acme.far'", "withCustom");
        assertThatThrownBy(() -> run(graph, NOTHING.withCustom("acme.far", in -> 7), "a"))
                .isInstanceOf(AgentRunException.class)
                .hasMessageContaining(
                        "'acme.far' gave a java.lang.Integer, and it is declared to give a java.lang.String");
    }

    @Test
    void onlyWhatMayBeRepeatedIsRepeated() {
        for (Effects effects : Effects.values()) {
            AtomicInteger calls = new AtomicInteger();
            Custom<String> flaky = custom("acme.flaky", String.class, String.class, s -> {
                        if (calls.incrementAndGet() < 3) throw new IllegalStateException("not yet");
                        return s;
                    })
                    .promising(effects);
            AgentGraph<String, String> graph = AgentGraph.define(
                    "one",
                    String.class,
                    String.class,
                    (g, x) -> g.node("op", flaky, x, NodeOptions.NONE.retries(effects == Effects.OUTSIDE ? 0 : 2)));
            if (effects == Effects.OUTSIDE)
                assertThatThrownBy(() -> run(graph, NOTHING, "a")).hasMessageContaining("not yet");
            else assertThat(run(graph, NOTHING, "a")).isEqualTo("a");
            assertThat(calls).hasValue(effects == Effects.OUTSIDE ? 1 : 3);
        }
    }

    @Test
    void kernelsRun() {
        AgentGraph<Tensor, Tensor> graph = AgentGraph.define(
                "one",
                Tensor.class,
                Tensor.class,
                (g, in) -> g.node(
                                "top",
                                Kernel.several("top_k", 1).with("k", 2),
                                g.node("op", kernel("softmax", 1).with("columns", 4), in))
                        .map("indices", t -> t.get("indices")));
        assertThat(run(graph, NOTHING, Tensor.of(new float[] {1, 9, 3, 7, 0, 0, 5, 1}, 2, 4)))
                .isEqualTo(Tensor.of(new long[] {1, 3, 2, 3}, 2, 2));
        AgentGraph<Tensor, Tensor> wrong =
                one(Tensor.class, Tensor.class, Kernel.one("top_k", 1).with("k", 2));
        assertThatThrownBy(() -> AgentRuntime.load(wrong, Running.onOneDevice(wrong), NOTHING))
                .hasMessageContaining("with one output, and it has several. Use Kernel.several.");
    }

    /** A plan that puts a call on a hosted endpoint runs through the client that was given for it. */
    @Test
    void aHostedCallGoesToItsClient(@TempDir Path models) {
        String llm = "meta-llama/Meta-Llama-3.1-70B";
        AgentGraph<String, String> graph = AgentGraph.define(
                "one",
                String.class,
                String.class,
                (g, q) -> g.node(
                                "ask", generate(model(llm)).maxTokens(40).expecting(20, 10), q.map("p", Prompt::system))
                        .map("text", Completion::text));
        Fleet fleet = Fleet.rented("f")
                .add("CPU-32-core", 1)
                .endpoint(HostedEndpoint.of("somebody", llm, 1, 1, 0.1, 100))
                .build();
        Plan<String, String> plan = Planner.minimizeCost()
                .plan(graph, Workload.poisson(1), Sla.endToEnd(Percentile.MEAN, Duration.ofSeconds(30)), fleet);
        assertThat(plan.placement().deviceClasses().values()).contains("somebody");
        assertThatThrownBy(() -> AgentRuntime.load(plan, ModelStore.of(models)))
                .isInstanceOf(AgentLoadException.class)
                .hasMessageContainingAll(
                        "Node 'ask' (endpoint)", "'somebody'", "AgentOptions.withEndpoint(\"somebody\", ...)");
        RunTrace trace = new RunTrace();
        AgentOptions options = NOTHING.withListener(trace)
                .withEndpoint(
                        "somebody",
                        (model, prompt, most, sampling) -> new Completion(
                                model + " " + prompt.messages().getFirst().text() + " " + most + " " + sampling.text(),
                                List.of(),
                                3,
                                5,
                                Finish.STOP));
        try (Agent<String, String> agent = AgentRuntime.load(plan, ModelStore.of(models), options)) {
            assertThat(agent.run("hi")).isEqualTo(llm + " hi 40 greedy");
        }
        assertThat(trace.steps())
                .filteredOn(s -> s.kind() == StepKind.ENDPOINT)
                .singleElement()
                .satisfies(s -> assertThat(s.tokensOut()).isEqualTo(5));
    }

    @Test
    void aPlacementAloneMayNameAnEndpointToo() {
        AgentGraph<Prompt, Completion> graph = one(Prompt.class, Completion.class, generate(model("m")));
        AgentOptions options = NOTHING.withEndpoint(
                "somebody", (model, prompt, most, sampling) -> new Completion("yes", List.of(), 1, 1, Finish.STOP));
        try (Agent<Prompt, Completion> agent =
                AgentRuntime.load(graph, Running.placed(graph, "somebody", "somebody"), options)) {
            assertThat(agent.run(Prompt.EMPTY.user("?")).text()).isEqualTo("yes");
        }
        assertThatThrownBy(() -> AgentRuntime.load(graph, Running.placed(graph, "cpu", "somebody"), options))
                .hasMessageContaining("cannot enter or leave a hosted endpoint");
    }

    @Test
    void runnersReplaceOthersOfTheirName() {
        var options = NOTHING.withTranscriber("a", (s, l) -> "1").withTranscriber("a", (s, l) -> "2");
        AgentGraph<Audio, String> hear = one(Audio.class, String.class, transcribe(model("a")));
        assertThat(run(hear, options, new Audio(new float[1], 1))).isEqualTo("2");
        assertThat(options.runners().transcribers()).hasSize(1);
    }
}
