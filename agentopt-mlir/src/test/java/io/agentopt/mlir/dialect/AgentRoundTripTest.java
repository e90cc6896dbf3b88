package io.agentopt.mlir.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.ir.OpBuilder;
import java.lang.reflect.Field;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every op and type prints as it parses, in text and in bytecode. */
@RequiresMlir
class AgentRoundTripTest {
    private static final String EVERY_OP = """
            module {
              agent.graph @every(%arg0: !agent.prompt) -> !agent.completion attributes {sla = #agent.sla<percentile = 9.500000e+01, end_to_end = 2.500000e+00, first_token = 5.000000e-01>, sym_visibility = "public"} {
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

    private static final String TENSORS_AND_SPEECH = """
            module {
              agent.kernel_decl @cosine "cosine{d=384,type=f32}"
              agent.graph @voice(%arg0: !agent.audio<16000>) -> !agent.audio {
                %0 = agent.transcribe %arg0 model "whisper" language "en" on "L4" {agent.estimate = #agent.estimate<seconds = 1.200000e-02, dollars = 3.000000e-06, spread = 1.000000e-01, confidence = "measured">} : !agent.audio<16000>
                %1 = agent.embed %0 model "minilm" on "cpu" : !agent.embedding<384xf32>
                %2 = agent.embed %0 model "minilm" on "cpu" : !agent.embedding<?x384xf16>
                %3 = agent.search %1 index "docs" k 50 : !agent.embedding<384xf32>
                %4 = agent.rerank %0, %3 model "cross" k 4 on "L4"
                %5 = agent.transform "rows"(%4) : (!agent.passages) -> tensor<?x384xf32>
                %6 = agent.kernel "softmax"(%5) on "cpu" : (tensor<?x384xf32>) -> tensor<?x384xf32>
                %7 = agent.kernel @cosine(%6, %1) : (tensor<?x384xf32>, !agent.embedding<384xf32>) -> tensor<?xf32>
                %8:2 = agent.infer "classifier"(%7) on "L4" shards 2 {input_names = ["scores"], output_names = ["label", "picture"]} : (tensor<?xf32>) -> (tensor<1x3xf32>, !agent.image)
                %9 = agent.all_reduce %8#0 by "sum" over 2 on "L4" : tensor<1x3xf32>
                %10 = agent.transform "prompt"(%4, %9, %8#1) : (!agent.passages, tensor<1x3xf32>, !agent.image) -> !agent.prompt
                %11 = agent.endpoint %10 at "acme" model "large" max_tokens 64 sampling "greedy" deterministic on "cpu" {agent.expectation = #agent.expectation<input_tokens = 8.120000e+02, output_tokens = 6.400000e+01, output_bytes = 4.096000e+03, visits = 1.000000e+00>, agent.forbidden = ["L4"], agent.pinned_to = "cpu", agent.retries = 2 : i64, agent.timeout_seconds = 1.500000e+00 : f64, agent.zones = ["eu-1", "eu-2"]}
                %12 = agent.transform "ask"(%11) : (!agent.completion) -> !agent.prompt
                %13 = agent.prefill %12 model "llama" on "H100" shards 4 : !agent.kv_cache<"llama">
                %14 = agent.decode %13 model "llama" max_tokens 64 sampling "temperature=0.7" on "H100" shards 4 : !agent.kv_cache<"llama"> -> !agent.token_stream
                %15 = agent.generate %12 model "llama" max_tokens 64 sampling "temperature=0.7" on "H100" shards 4 -> !agent.token_stream
                %16 = agent.endpoint %12 at "acme" model "large" max_tokens 64 sampling "temperature=0.7" -> !agent.token_stream
                %17 = agent.synthesize %14 model "speaker" voice "anna" on "L4" : !agent.token_stream -> !agent.audio<22050>
                %18 = agent.synthesize %11 model "speaker" : !agent.completion
                agent.yield %18 : !agent.audio
              }
            }
            """;

    @ParameterizedTest
    @ValueSource(strings = {EVERY_OP, TENSORS_AND_SPEECH})
    void textAndBytecodeComeBackUnchanged(String text) {
        try (MlirContext context = MlirContext.create();
                MlirContext other = MlirContext.create()) {
            MlirModule first = context.parse(text, "every");
            assertThat(first.print()).isEqualTo(text);
            assertThat(context.parse(first.print(), "again").print()).isEqualTo(text);
            assertThat(context.parse(first.printWithLocations(), "located").print())
                    .isEqualTo(text);
            assertThat(other.read(first.bytecode(), "cache").print()).isEqualTo(text);
        }
    }

    @Test
    void everyOpOfTheDialectIsRoundTripped() throws IllegalAccessException {
        for (Field constant : AgentDialect.class.getFields()) {
            String name = (String) constant.get(null);
            boolean op = name.startsWith("agent.") && !MARKS.contains(name);
            if (op) assertThat(EVERY_OP + TENSORS_AND_SPEECH).contains(" " + name + " ");
            try (MlirContext context = MlirContext.create()) {
                OpBuilder b = OpBuilder.atEnd(context.emptyModule().body());
                if (op) assertThatCode(() -> b.op(name)).doesNotThrowAnyException();
            }
        }
    }

    private static final Set<String> MARKS = Set.of(
            AgentDialect.ESTIMATE,
            AgentDialect.EXPECTATION,
            AgentDialect.TIMEOUT_SECONDS,
            AgentDialect.RETRIES,
            AgentDialect.PINNED_TO,
            AgentDialect.FORBIDDEN,
            AgentDialect.ZONES);

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
