package io.agentopt.mlir.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import org.junit.jupiter.api.Test;

/** Every op and type prints as it parses, in text and in bytecode. */
@RequiresMlir
class AgentRoundTripTest {
    private static final String EVERY_OP = """
            module {
              agent.graph @every(%arg0: !agent.prompt) -> !agent.completion attributes {e2e_sla_ms = 9.000000e+02 : f64, sym_visibility = "public", ttft_sla_ms = 1.000000e+02 : f64} {
                %0 = agent.transform "question"(%arg0) : (!agent.prompt) -> !agent.text
                %1 = agent.embed %0 model "minilm" on "cpu0"
                %2 = agent.search %1 index "docs" k 4 {note = "discardable"}
                %3 = agent.transform "append"(%arg0, %2) on "cpu0" : (!agent.prompt, !agent.passages) -> !agent.prompt
                %4 = agent.prefill %3 model "llama-8b" on "gpu0" : !agent.kv_cache<"llama-8b">
                %5 = agent.kv_transfer %4 from "gpu0" to "gpu1" : !agent.kv_cache<"llama-8b">
                %6 = agent.decode %5 model "llama-8b" max_tokens 64 sampling "temperature=0.7,seed=7" deterministic on "gpu1" : !agent.kv_cache<"llama-8b">
                %7 = agent.tool "weather"(%6) idempotent on "cpu0" : !agent.completion -> !agent.value<"com.acme.Weather">
                %8 = agent.tool "mail"(%7) : !agent.value<"com.acme.Weather"> -> !agent.value<"com.acme.Weather">
                %9 = agent.memory_load %0 store "facts" : !agent.text -> !agent.text
                %10 = agent.memory_store %0, %9 store "facts" on "cpu0" : !agent.text, !agent.text -> !agent.text
                %11 = agent.transfer %10 from "cpu0" to "gpu0" : !agent.text
                %12 = agent.transform "split"() : () -> !agent.list
                %13 = agent.for_each %12 expected 8.000000e+00 : !agent.list -> !agent.list {
                ^bb0(%arg1: !agent.text):
                  %17 = agent.embed %arg1 model "minilm"
                  agent.yield %17 : !agent.embedding
                }
                %14 = agent.transform "isLong"(%13, %11) : (!agent.list, !agent.text) -> i1
                %15 = agent.when %14 probability 2.500000e-01 -> !agent.prompt {
                  agent.yield %3 : !agent.prompt
                } else {
                  agent.yield %arg0 : !agent.prompt
                }
                %16 = agent.loop %15 max 4 expected 2.500000e+00 attributes {note = 7 : i64} : !agent.prompt -> !agent.completion {
                ^bb0(%arg1: !agent.prompt):
                  %17 = agent.subgraph "inner"(%arg1) : !agent.prompt -> !agent.completion {
                  ^bb0(%arg2: !agent.prompt):
                    %19 = agent.generate %arg2 model "llama-8b" max_tokens 64 sampling "temperature=0.7" on "gpu0"
                    agent.yield %19 : !agent.completion
                  }
                  %18 = agent.transform "isFinal"(%17) : (!agent.completion) -> i1
                  agent.yield %18, %17, %arg1 : i1, !agent.completion, !agent.prompt
                }
                agent.yield %16 : !agent.completion
              }
            }
            """;

    @Test
    void textComesBackUnchanged() {
        try (MlirContext context = MlirContext.create();
                MlirModule first = context.parse(EVERY_OP, "every");
                MlirModule second = context.parse(first.print(), "again")) {
            assertThat(first.print()).isEqualTo(EVERY_OP);
            assertThat(second.print()).isEqualTo(EVERY_OP);
        }
    }

    @Test
    void forEachTakesPassages() {
        String text = """
                module {
                  agent.graph @g(%arg0: !agent.passages) -> !agent.list {
                    %0 = agent.for_each %arg0 expected 4.000000e+00 : !agent.passages -> !agent.list {
                    ^bb0(%arg1: !agent.value<"object">):
                      agent.yield %arg1 : !agent.value<"object">
                    }
                    agent.yield %0 : !agent.list
                  }
                }
                """;
        try (MlirContext context = MlirContext.create()) {
            assertThat(context.parse(text, "passages").print()).isEqualTo(text);
        }
    }

    @Test
    void bytecodeComesBackUnchangedInAnotherContext() {
        try (MlirContext writer = MlirContext.create();
                MlirContext reader = MlirContext.create()) {
            byte[] bytes = writer.parse(EVERY_OP, "every").bytecode();
            assertThat(reader.read(bytes, "cache").print()).isEqualTo(EVERY_OP);
        }
    }

    @Test
    void namesSurviveBytecodeAndTextWithLocations() {
        try (MlirContext context = MlirContext.create()) {
            MlirModule module = context.parse(EVERY_OP, "every");
            module.root().all(AgentDialect.SEARCH).getFirst().rename("retrieve/\u00e9 \"1\"");
            for (MlirModule copy : new MlirModule[] {
                context.read(module.bytecode(), "bytes"), context.parse(module.printWithLocations(), "text")
            }) {
                assertThat(copy.root().all(AgentDialect.SEARCH).getFirst().name())
                        .isEqualTo("retrieve/\u00e9 \"1\"");
            }
            assertThat(module.print()).doesNotContain("retrieve");
        }
    }

    @Test
    void typeParametersTakeAnyText() {
        try (MlirContext context = MlirContext.create()) {
            var types = new AgentTypes(context);
            for (String tag :
                    new String[] {"", "a b", "quote\" back\\slash", "zero\0", "\u4e2d\u6587", "line\nbreak", ">"}) {
                assertThat(types.value(tag).parameter()).contains(tag);
                assertThat(types.kvCache(tag).parameter()).contains(tag);
                assertThat(context.type(types.value(tag).toString())).isSameAs(types.value(tag));
            }
            assertThat(types.text().parameter()).isEmpty();
        }
    }
}
