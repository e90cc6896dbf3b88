package io.agentopt.lower;

import static io.agentopt.operator.Operators.custom;
import static io.agentopt.operator.Operators.infer;
import static io.agentopt.operator.Operators.kernel;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.rerank;
import static io.agentopt.operator.Operators.synthesize;
import static io.agentopt.operator.Operators.transcribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Bindings;
import io.agentopt.graph.GraphException;
import io.agentopt.graph.GraphJson;
import io.agentopt.graph.Iterations;
import io.agentopt.graph.LoopStep;
import io.agentopt.graph.NodeOptions;
import io.agentopt.graph.Port;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.message.Audio;
import io.agentopt.message.Passage;
import io.agentopt.message.Tensor;
import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirException;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Custom.Effects;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.Work;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.program.Program;
import io.agentopt.program.Step;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators that are neither LLM calls nor embeddings, through the dialect and past it. */
@RequiresMlir
class ModelOperatorsLoweringTest {
    private static final Custom<String> REDACT =
            custom("acme.redact", String.class, String.class, s -> s).promising(Effects.PURE);
    private static final Custom<String> LOG =
            custom("acme.log", String.class, String.class, s -> s).promising(Effects.IDEMPOTENT);
    private static final Custom<Integer> COUNT = Custom.external("shop.count", Integer.class, Object.class, List.class);

    private static AgentGraph<Audio, Audio> everything() {
        return AgentGraph.define("all", Audio.class, Audio.class, (g, in) -> {
            Port<String> said = g.node(
                    "hear",
                    transcribe(model("asr")).language("en").expecting(1.0 / 3, 17),
                    in,
                    NodeOptions.NONE.retries(1).outputBytes(10));
            Port<String> again = g.node("again", transcribe(model("asr")).costing(Work.counted(1e9, 2)), in);
            Port<String> clean = g.node("redact", REDACT, said);
            Port<List<Passage>> best = g.rerank(
                    "rerank",
                    rerank(model("r"), 2).expecting(20.5, 100, 8),
                    clean,
                    again.map("found", s -> List.of(Passage.of("a", s))));
            Port<Tensor> logits = g.node(
                    "classify",
                    infer(model("file"), "y", "ids", "audio")
                            .costing(Work.counted(2e9, 5e7).in("int8").keeping(4e7)),
                    List.of(best.map("ids", p -> Tensor.of(new long[] {p.size()})), in));
            Port<Tensor> likely = g.node("softmax", kernel("softmax", 1).with("columns", 3), logits);
            var top = g.node("top", Kernel.several("top_k", 1).with("k", 1).costing(Work.counted(3, 4)), likely);
            Port<Integer> count = g.node("count", COUNT, List.of(top, best));
            return g.node(
                    "speak",
                    synthesize(model("tts"))
                            .voice("af")
                            .costing(Work.seconds("gpu", 0.05).and("cpu", 0.4).keeping(3.3e8)),
                    g.node("log", LOG, g.node("answer", (String s, Integer n) -> s + n, clean, count)));
        });
    }

    private static Program lower(Lowering lowering, AgentGraph<?, ?> graph, Map<OperatorId, String> except) {
        return lowering.lower(graph, LoweringTest.all(graph, "cpu", except));
    }

    @Test
    void bothLoweringsGiveTheSameSteps() {
        AgentGraph<Audio, Audio> graph = everything();
        Map<OperatorId, String> except = Map.of(
                OperatorId.whole("hear"), "L4", OperatorId.whole("speak"), "L4", OperatorId.whole("redact"), "far");
        Program direct = lower(new DirectLowering(), graph, except);
        Program optimised = lower(new MlirLowering(), graph, except);
        assertThat(optimised.body()).isEqualTo(direct.body());
        assertThat(direct.allSteps())
                .filteredOn(s -> !(s instanceof Step.Transfer) && !(s instanceof Step.Transform))
                .extracting(s -> s.getClass().getSimpleName())
                .containsExactly(
                        "Transcribe",
                        "Transcribe",
                        "Custom",
                        "Rerank",
                        "Infer",
                        "Kernel",
                        "Kernel",
                        "Custom",
                        "Custom",
                        "Synthesize");
    }

    @Test
    void aGraphComesBackFromItsIr() {
        AgentGraph<Audio, Audio> graph = everything();
        AgentGraph<Audio, Audio> back =
                GraphIr.read(GraphIr.write(graph), Audio.class, Audio.class, Bindings.of(graph));
        assertThat(GraphJson.write(back)).isEqualTo(GraphJson.write(graph));
        assertThat(Objects.requireNonNull(back.calls().get("top")).operator())
                .isEqualTo(Objects.requireNonNull(graph.calls().get("top")).operator());
    }

    @Test
    void theIrShowsTheUsersOps() {
        String input = MlirLowering.trace(everything(), LoweringTest.all(everything(), "cpu", Map.of()))
                .getFirst()
                .text();
        assertThat(input)
                .contains("\"acme.redact\"(", "{effects = \"pure\"} : (!agent.text) -> !agent.text")
                .contains(
                        "agent.kernel \"top_k{k=1}\"(", "agent.infer \"file\"(", "input_names = [\"ids\", \"audio\"]");
    }

    /** A pure operator is work that may be merged and dropped; of one with an outside every run stays. */
    @Test
    void effectsAreTheOptimisersLicence() {
        for (Effects effects : Effects.values()) {
            Custom<String> op =
                    custom("acme.op", String.class, String.class, s -> s).promising(effects);
            AgentGraph<String, String> graph = AgentGraph.define("g", String.class, String.class, (g, in) -> {
                Port<String> a = g.node("a", op, in);
                Port<String> b = g.node("b", op, in);
                g.node("unused", op, a);
                return g.node("join", String::concat, a, b);
            });
            long left = lower(new MlirLowering(), graph, Map.of()).allSteps().stream()
                    .filter(Step.Custom.class::isInstance)
                    .count();
            assertThat(left).as(effects.word()).isEqualTo(effects == Effects.PURE ? 1 : 3);
            assertThat(lower(new DirectLowering(), graph, Map.of()).allSteps())
                    .filteredOn(Step.Custom.class::isInstance)
                    .hasSize(3);
        }
    }

    /** The long one would come first if nothing but time counted. */
    @Test
    void whatHasAnOutsideKeepsTheOrderOfTheGraph() {
        LoweringCosts costs = PlannedCostsTest.timed(
                Set.of(), Map.of(OperatorId.whole("short"), 0.01, OperatorId.whole("long"), 0.9), Map.of());
        for (Effects effects : Effects.values()) {
            Custom<String> brief =
                    custom("acme.brief", String.class, String.class, s -> s).promising(effects);
            Custom<String> slow =
                    custom("acme.slow", String.class, String.class, s -> s).promising(effects);
            AgentGraph<String, String> graph = AgentGraph.define(
                    "g",
                    String.class,
                    String.class,
                    (g, in) -> g.node("join", String::concat, g.node("short", brief, in), g.node("long", slow, in)));
            String first = lower(new MlirLowering(costs), graph, Map.of())
                    .body()
                    .steps()
                    .getFirst()
                    .path();
            assertThat(first).as(effects.word()).isEqualTo(effects == Effects.OUTSIDE ? "short" : "long");
        }
    }

    @Test
    void equalWorkOfModelsIsDoneOnceAndOutsideOfLoops() {
        AgentGraph<Audio, String> graph = AgentGraph.define("g", Audio.class, String.class, (g, in) -> {
            Port<String> first = g.node("first", transcribe(model("asr")), in);
            return g.loop("loop", first, Iterations.maxIterations(3), (b, s) -> {
                Port<String> same = b.node("same", transcribe(model("asr")), in);
                Port<String> other = b.node("other", transcribe(model("asr")).language("en"), in);
                Port<String> next = b.node("join", (String x, String y) -> x + y, same, other);
                return LoopStep.step(s.map("done?", String::isEmpty), next, next);
            });
        });
        Program program = lower(new MlirLowering(), graph, Map.of());
        assertThat(program.body().steps())
                .filteredOn(Step.Transcribe.class::isInstance)
                .extracting(s -> ((Step.Transcribe) s).language())
                .containsExactlyInAnyOrder(Optional.empty(), Optional.of("en"));
        assertThat(program.allSteps())
                .filteredOn(Step.Transcribe.class::isInstance)
                .hasSize(2);
    }

    @Test
    void onlyBoundOperatorsAreRead() {
        AgentGraph<Audio, Audio> graph = everything();
        byte[] ir = GraphIr.write(graph);
        assertThatThrownBy(() -> GraphIr.read(ir, Audio.class, Audio.class, new Bindings()))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("acme");
        Bindings two = new Bindings().custom(REDACT).custom(LOG).custom(COUNT);
        assertThatThrownBy(() -> GraphIr.read(ir, Audio.class, Audio.class, two))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("is not bound");
    }

    /** Whatever name core takes, the compiler takes: names of MLIR's own dialects, of its keywords, of what is in the text around. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "func.call", "arith.addi", "scf.if", "llvm.add", "linalg.fill", "tensor.cast", "memref.load",
                        "index.add",
                "math.exp", "vector.print", "gpu.launch", "affine.apply", "module.loc", "loc.module", "irdl2.is", "a.b",
                "attributes.i32", "none.index", "true.false", "test.any", "any.is", "o.i0", "dialect.operation"
            })
    void everyNameThatCoreTakesIsAnOp(String name) {
        Custom<String> op = custom(name, String.class, String.class, s -> s).promising(Effects.PURE);
        AgentGraph<String, String> graph = AgentGraph.define(
                "g",
                String.class,
                String.class,
                (g, in) -> g.nested(
                        "in", AgentGraph.define("n", String.class, String.class, (n, x) -> n.node("op", op, x)), in));
        assertThat(lower(new MlirLowering(), graph, Map.of()).body())
                .isEqualTo(lower(new DirectLowering(), graph, Map.of()).body());
        assertThat(GraphJson.write(GraphIr.read(GraphIr.write(graph), String.class, String.class, Bindings.of(graph))))
                .isEqualTo(GraphJson.write(graph));
    }

    @Test
    void aFamilyThatIsTakenIsRefused() {
        try (MlirContext context = MlirContext.create()) {
            AgentGraph<Audio, Audio> graph = everything();
            CustomKinds.load(context, CustomKinds.of(graph));
            assertThatThrownBy(() -> GraphToIr.write(context, graph)).isInstanceOf(MlirException.class);
        }
    }

    @Test
    void aSpecificationOfAKernelReadsBack() {
        for (String text : List.of("softmax{columns=8}", "top_k{k=1}", "cosine{d=384,type=f32}", "plain"))
            assertThat(KernelSpec.parse(text)).hasToString(text);
        for (String text : List.of("a{b}", "a{b=1", "a{b=1,b=2}", "{a=1}", "a{=1}", "a{b=}", "a b", "a{b=1,}"))
            assertThatThrownBy(() -> KernelSpec.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class);
    }
}
