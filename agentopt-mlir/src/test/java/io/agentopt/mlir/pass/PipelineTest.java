package io.agentopt.mlir.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.dialect.AgentOps;
import io.agentopt.mlir.dialect.Generation;
import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirException;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RequiresMlir
class PipelineTest {
    private MlirContext context;
    private MlirModule module;

    @BeforeEach
    void open() {
        context = MlirContext.create();
        module = context.parse("""
                agent.graph @one(%in: !agent.prompt) -> !agent.completion {
                  %a = agent.generate %in model "m" max_tokens 9 sampling "greedy" deterministic
                  agent.yield %a : !agent.completion
                }
                agent.graph @two(%in: !agent.prompt) -> !agent.prompt {
                  %a = agent.generate %in model "m" max_tokens 9 sampling "greedy" deterministic
                  agent.yield %in : !agent.prompt
                }
                """, "two graphs");
    }

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void aJavaPassRewritesGenerateIntoPrefillTransferAndDecode() {
        Pipeline.empty()
                .thenEachGraph("decompose", graph -> graph.all("agent.generate").forEach(PipelineTest::decompose))
                .then("canonicalize,cse")
                .run(module);
        assertThat(module.root().all("agent.graph").getFirst().print()).isEqualTo("""
                agent.graph @one(%arg0: !agent.prompt) -> !agent.completion {
                  %0 = agent.prefill %arg0 model "m" : !agent.kv_cache<"m">
                  %1 = agent.kv_transfer %0 from "gpu0" to "gpu1" : !agent.kv_cache<"m">
                  %2 = agent.decode %1 model "m" max_tokens 9 sampling "greedy" deterministic : !agent.kv_cache<"m">
                  agent.yield %2 : !agent.completion
                }""");
    }

    private static void decompose(Op generate) {
        OpBuilder b = OpBuilder.before(generate);
        var cache = AgentOps.prefill(b, generate.operand(0), generate.string("model"), "p")
                .result();
        var moved = AgentOps.kvTransfer(b, cache, "gpu0", "gpu1", "t").result();
        var decode = AgentOps.decode(
                b, moved, Generation.greedy(generate.string("model"), generate.integer("max_tokens")), "d");
        generate.replaceAllUsesWith(decode.results());
        generate.erase();
    }

    @Test
    void theObserverSeesTheModuleAfterEachPass() {
        List<String> seen = new ArrayList<>();
        Pipeline.of("cse, agent.graph(canonicalize{max-iterations=3},cse)")
                .then("mark", root -> root.all("agent.yield").forEach(op -> op.set("test.seen", 1)))
                .run(
                        module,
                        (pass, ir) -> seen.add(pass + " " + (ir.get().contains("test.seen") ? "marked" : "plain")));
        assertThat(seen)
                .containsExactly("cse plain", "agent.graph(canonicalize{max-iterations=3},cse) plain", "mark marked");
    }

    @Test
    void eachGraphIsAnAnchorOfItsOwn() {
        List<String> graphs = new ArrayList<>();
        Pipeline.empty()
                .thenEachGraph("list", graph -> graphs.add(graph.string("sym_name")))
                .run(module);
        assertThat(graphs).containsExactly("one", "two");
    }

    @Test
    void whatAJavaPassThrowsArrivesAsItIs() {
        class Stop extends RuntimeException {
            private static final long serialVersionUID = 1L;
        }
        Stop stop = new Stop();
        Op before = module.root();
        assertThatThrownBy(() -> Pipeline.of("cse")
                        .then("stop", _ -> {
                            throw stop;
                        })
                        .then("never", _ -> assertThat(true).isFalse())
                        .run(module))
                .isSameAs(stop);
        assertThatIllegalStateException().isThrownBy(before::kind);
        Pipeline.of("canonicalize").run(module);
        assertThat(context.parse("module {}", "next").print()).isEqualTo("module {\n}\n");
    }

    @Test
    void errorsOfAJavaPassArriveToo() {
        assertThatThrownBy(() ->
                        Pipeline.empty().then("deep", root -> recurse(root, 0)).run(module))
                .isInstanceOf(StackOverflowError.class);
        module.verify();
    }

    private static void recurse(Op op, int depth) {
        if (depth < 0) return;
        recurse(op.all("agent.graph").getFirst().parent().orElseThrow(), depth + 1);
    }

    @Test
    void anInvalidResultOfAJavaPassIsRefused() {
        assertThatThrownBy(() -> Pipeline.empty()
                        .then(
                                "break",
                                root -> root.all("agent.generate").getFirst().set("max_tokens", -1))
                        .run(module))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("max_tokens");
    }

    @Test
    void anUnknownPassIsNamed() {
        assertThatThrownBy(() -> Pipeline.of("canonicalise").run(module))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("'canonicalise' does not refer to a registered pass or pass pipeline");
        assertThatThrownBy(() -> Pipeline.of("agent.graph(nope)").run(module)).isInstanceOf(MlirException.class);
    }

    /** MLIR frees what is nested by recursion: such a text once ended the process. */
    @Test
    void aPipelineThatNestsWithoutEndIsRefused() {
        for (String anchor : List.of("any(", "agent.graph(", "builtin.module("))
            assertThatThrownBy(() -> module.run(anchor.repeat(1_000_000) + "cse" + ")".repeat(1_000_000)))
                    .isInstanceOf(MlirException.class)
                    .hasMessageContaining("is too long; at most 1048576 are parsed.");
        assertThatThrownBy(() -> module.run("any(".repeat(101) + "cse" + ")".repeat(101)))
                .isInstanceOf(MlirException.class)
                .hasMessageEndingWith("nests deeper than 100 brackets at character 403.");
        module.run("any(".repeat(99) + "cse" + ")".repeat(99));
        module.verify();
    }

    @Test
    void aMalformedPipelineIsRefusedWhenItIsMade() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pipeline.of("a(b"))
                .withMessage("The brackets of the pass pipeline 'a(b' do not match.");
        assertThatIllegalArgumentException().isThrownBy(() -> Pipeline.of("a)b("));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pipeline.of("cse,,cse"))
                .withMessage("The pass pipeline 'cse,,cse' lacks a pass at character 4.");
        assertThat(Pipeline.of("cse, agent.graph(a,b)").names()).containsExactly("cse", "agent.graph(a,b)");
    }

    @Test
    void aPipelineThatNamesTheModuleRunsOnIt() {
        module.run("builtin.module(cse)");
        assertThat(module.root().all("agent.generate")).hasSize(1);
        assertThatThrownBy(() -> module.run("builtin.module(nope)")).isInstanceOf(MlirException.class);
        assertThatThrownBy(() -> module.run("builtin.module(cse")).isInstanceOf(MlirException.class);
    }

    /** Passes in places where they make no sense fail or do nothing; what matters is that the process goes on. */
    @Test
    void anyPassAnywhereIsSurvived() {
        List<String> passes = List.of(
                "canonicalize",
                "cse",
                "inline",
                "symbol-dce",
                "loop-invariant-code-motion",
                "strip-debuginfo",
                "canonicalize{max-iterations=-5}",
                "cse{nope}",
                "",
                "(",
                ")");
        for (String anchor :
                List.of("%s", "agent.graph(%s)", "any(%s)", "agent.loop(%s)", "nope(%s)", "builtin.module(%s)")) {
            for (String pass : passes) {
                try {
                    module.run(String.format(anchor, pass));
                } catch (MlirException refused) {
                    assertThat(refused).hasMessageContaining("pass");
                }
            }
        }
        assertThatThrownBy(() -> module.run("agent.graph(".repeat(100_000))).isInstanceOf(MlirException.class);
        module.verify();
    }

    @Test
    void symbolDceRemovesPrivateGraphs() {
        module.root().all("agent.graph").getFirst().set("sym_visibility", "private");
        module.run("symbol-dce");
        assertThat(module.root().all("agent.graph"))
                .singleElement()
                .satisfies(graph -> assertThat(graph.string("sym_name")).isEqualTo("two"));
    }
}
