package io.agentopt.mlir.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.pass.Pipeline;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of docs/decisions/0003: a graph with a loop is built, optimised, placed by a Java pass, printed and walked. */
@RequiresMlir
class AgentOpsTest {
    @Test
    void buildsOptimisesPlacesAndWalksAGraph() {
        try (MlirContext context = MlirContext.create();
                MlirModule module = context.emptyModule()) {
            var t = new AgentTypes(context);
            AgentOps.graph(OpBuilder.atEnd(module.body()), "support", t.prompt(), t.completion(), (b, input) -> {
                        var loop = AgentOps.loop(b, input, 4, 2.5, t.completion(), "think", (body, state) -> {
                            var answer = AgentOps.generate(
                                            body, state, Generation.greedy("llama-8b", 256), "think/generate")
                                    .result();
                            var twin = AgentOps.generate(body, state, Generation.greedy("llama-8b", 256), "think/again")
                                    .result();
                            var done = AgentOps.transform(body, List.of(answer), "isFinal", t.bool(), "think/done")
                                    .result();
                            var found = AgentOps.tool(body, twin, "lookup", false, t.text(), "think/tool")
                                    .result();
                            var next = AgentOps.transform(
                                            body, List.of(state, found), "append", t.prompt(), "think/next")
                                    .result();
                            AgentOps.yields(body, done, answer, next);
                        });
                        AgentOps.yields(b, loop.result());
                    })
                    .set(AgentDialect.SLA, SlaMark.endToEnd(95, 0.9).attribute());

            Pipeline.of("canonicalize,cse")
                    .thenEachGraph(
                            "place",
                            graph ->
                                    graph.all(AgentDialect.GENERATE).forEach(op -> op.set(AgentDialect.DEVICE, "gpu0")))
                    .run(module, (pass, ir) -> assertThat(ir.get()).as(pass).contains("agent.graph @support"));

            assertThat(module.print()).isEqualTo("""
                    module {
                      agent.graph @support(%arg0: !agent.prompt) -> !agent.completion attributes {sla = #agent.sla<percentile = 9.500000e+01, end_to_end = 9.000000e-01>} {
                        %0 = agent.loop %arg0 max 4 expected 2.500000e+00 : !agent.prompt -> !agent.completion {
                        ^bb0(%arg1: !agent.prompt):
                          %1 = agent.generate %arg1 model "llama-8b" max_tokens 256 sampling "greedy" deterministic on "gpu0"
                          %2 = agent.transform "isFinal"(%1) : (!agent.completion) -> i1
                          %3 = agent.tool "lookup"(%1) : !agent.completion -> !agent.text
                          %4 = agent.transform "append"(%arg1, %3) : (!agent.prompt, !agent.text) -> !agent.prompt
                          agent.yield %2, %1, %4 : i1, !agent.completion, !agent.prompt
                        }
                        agent.yield %0 : !agent.completion
                      }
                    }
                    """);
            assertThat(module.root().all(AgentDialect.GENERATE)).singleElement().satisfies(op -> {
                assertThat(op.name()).isEqualTo("think/generate");
                assertThat(op.integer(AgentDialect.MAX_TOKENS)).isEqualTo(256);
                assertThat(op.result().users()).hasSize(3);
                assertThat(op.parent().orElseThrow().real(AgentDialect.EXPECTED))
                        .isEqualTo(2.5);
            });
        }
    }
}
