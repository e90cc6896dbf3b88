package io.agentopt.mlir.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.Diagnostic;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Speech, tensors, shards and marks: what the verifier lets pass and what it refuses, both sides of each rule. */
@RequiresMlir
class AgentRulesTest {
    private static final String FRAME = """
            agent.kernel_decl @norm "norm{d=384}"
            agent.graph @g(%in: !agent.prompt) -> !agent.prompt {
              %t = agent.transform "t"() : () -> !agent.text  %a = agent.transform "a"() : () -> !agent.audio<16000>  %v = agent.transform "v"() : () -> tensor<?x4xf32>  %p = agent.transform "p"() : () -> !agent.passages  %k = agent.prefill %in model "m" shards 2 : !agent.kv_cache<"m">
              OPS
              agent.yield %in : !agent.prompt
            }
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%x = agent.endpoint %in at \"e\" model \"m\" max_tokens 2147483647 sampling \"seed=1\" deterministic",
                "%x = agent.endpoint %in at \"e\" model \"m\" max_tokens 1 sampling \"temperature=1\"",
                "%x = agent.decode %k model \"m\" max_tokens 9 sampling \"greedy\" shards 2 : !agent.kv_cache<\"m\">",
                "%y = agent.kv_transfer %k from \"a\" to \"b\" : !agent.kv_cache<\"m\">  %x = agent.decode %y model \"m\" max_tokens 9 sampling \"greedy\" : !agent.kv_cache<\"m\">",
                "%x = agent.rerank %t, %p model \"m\" k 1",
                "%x = agent.transcribe %a model \"m\" : !agent.audio<16000>",
                "%x = agent.synthesize %t model \"m\" : !agent.text -> !agent.audio<1000000>",
                "%x:2 = agent.infer \"m\"(%v) {input_names = [\"a\"], output_names = [\"b\", \"c\"]} : (tensor<?x4xf32>) -> (tensor<f16>, tensor<1xi64>)",
                "%x = agent.infer \"m\"(%v) {output_names = [\"b\", \"c\"]} : (tensor<?x4xf32>) -> !agent.value<\"tensors\">",
                "%x = agent.infer \"m\"() : () -> tensor<bf16>",
                "%x = agent.kernel \"norm\"(%v) : (tensor<?x4xf32>) -> !agent.value<\"tensor\">",
                "%x = agent.kernel \"norm\"(%v) : (tensor<?x4xf32>) -> tensor<?x4xf32>",
                "%x = agent.kernel \"a.b-c_1{d=384,type=f32}\"(%v) : (tensor<?x4xf32>) -> tensor<?x4xf32>",
                "%x = agent.kernel @norm(%v, %a) : (tensor<?x4xf32>, !agent.audio<16000>) -> !agent.embedding<1x1x1x1xi8>",
                "%x = agent.all_reduce %v by \"sum\" over 2 : tensor<?x4xf32>",
                "%y = agent.infer \"m\"(%v) shards 4 : (tensor<?x4xf32>) -> tensor<f32>  %x = agent.all_reduce %y by \"max\" over 4 : tensor<f32>",
                "%x = agent.embed %t model \"m\" {agent.estimate = #agent.estimate<seconds = 0.0, confidence = \"generic\">}",
                "%x = agent.embed %t model \"m\" {agent.retries = 0, agent.zones = []}",
                "%x = agent.embed %t model \"m\" {agent.timeout_seconds = 1.0e-9, agent.pinned_to = \"cpu\", agent.forbidden = [\"gpu\"], other = 1}",
            })
    void passes(String ops) {
        try (MlirContext context = MlirContext.create()) {
            assertThatCode(() -> context.parse(FRAME.replace("OPS", ops), "right.mlir"))
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            agent.endpoint %in at "" model "m" max_tokens 9 sampling "greedy"              | attribute 'endpoint' failed to satisfy constraint: a string, not empty
            agent.endpoint %in at "e" model "m" max_tokens 2147483648 sampling "greedy"    | attribute 'max_tokens' failed to satisfy constraint: an i64, 1 to 2147483647
            agent.endpoint %in at "e" model "m" max_tokens 9 sampling "top_k=1" deterministic | 'agent.endpoint' op is marked deterministic, but sampling "top_k=1" is neither greedy nor seeded
            agent.generate %in model "m" max_tokens 9 sampling "greedy" shards 0           | attribute 'shards' failed to satisfy constraint: an i64, 1 to 2147483647
            agent.generate %in model "m" max_tokens 9 sampling "greedy" on ""              | attribute 'device' failed to satisfy constraint: a string, not empty
            agent.generate %in model "m" max_tokens 9 sampling "greedy" -> !agent.text     | result #0 must be a completion or a token stream, but got '!agent.text'
            agent.decode %k model "m" max_tokens 9 sampling "greedy" : !agent.kv_cache<"m"> | 'agent.decode' op runs on 1 shard(s), but its KV cache was made on 2; move it by 'agent.kv_transfer'
            agent.rerank %t, %p model "m" k 0                                              | attribute 'k' failed to satisfy constraint: an i64, 1 to 2147483647
            agent.rerank %p, %p model "m" k 4                                              | expects different type than prior uses
            agent.transcribe %t model "m" : !agent.text                                    | must be mono sound, but got '!agent.text'
            agent.transcribe %a model "m" language "" : !agent.audio<16000>                | attribute 'language' failed to satisfy constraint: a string, not empty
            agent.synthesize %in model "m" : !agent.prompt                                 | operand #0 must be text, a completion or a token stream, but got '!agent.prompt'
            agent.synthesize %t model "m" : !agent.text -> !agent.audio<-1>                | a sample rate of -1 Hz is outside 1..1000000
            agent.synthesize %t model "m" : !agent.text -> !agent.audio<1000001>           | a sample rate of 1000001 Hz is outside 1..1000000
            agent.synthesize %t model "m" : !agent.text -> !agent.text                     | result #0 must be mono sound, but got '!agent.text'
            agent.infer "m"(%v) {input_names = ["a", "b"]} : (tensor<?x4xf32>) -> tensor<f32> | 'agent.infer' op has 1 operand(s), but names 2
            agent.infer "m"(%v) {output_names = []} : (tensor<?x4xf32>) -> tensor<f32>     | 'agent.infer' op has 1 result(s), but names 0
            agent.infer "m"(%v) {output_names = [1]} : (tensor<?x4xf32>) -> tensor<f32>    | attribute 'output_names' failed to satisfy constraint
            agent.infer "m"(%v) : (tensor<?x4xf32>) -> tensor<4xf64>                       | must be variadic of host value
            agent.infer "m"(%v) : (tensor<?x4xf32>) -> tensor<*xf32>                       | must be variadic of host value
            agent.infer "m"(%v) : (tensor<?x4xf32>) -> tensor<4xf32, "layout">             | must be variadic of host value
            agent.infer "m"(%k) : (!agent.kv_cache<"m">) -> tensor<f32>                    | must be variadic of host value
            agent.kernel "norm{d}"(%v) : (tensor<?x4xf32>) -> tensor<f32>                  | 'agent.kernel' op has specification "norm{d}", which is not of the form name{key=value,...}
            agent.kernel "norm{d=1,}"(%v) : (tensor<?x4xf32>) -> tensor<f32>               | which is not of the form name{key=value,...}
            agent.kernel "{d=1}"(%v) : (tensor<?x4xf32>) -> tensor<f32>                    | which is not of the form name{key=value,...}
            agent.kernel "a b"(%v) : (tensor<?x4xf32>) -> tensor<f32>                      | which is not of the form name{key=value,...}
            agent.kernel 7(%v) : (tensor<?x4xf32>) -> tensor<f32>                          | 'agent.kernel' op names its kernel by 7 : i64; it must be a specification or the symbol of one
            agent.kernel @absent(%v) : (tensor<?x4xf32>) -> tensor<f32>                    | 'agent.kernel' op names @absent, which is no 'agent.kernel_decl' of the module
            agent.kernel @g(%v) : (tensor<?x4xf32>) -> tensor<f32>                         | 'agent.kernel' op names @g, which is no 'agent.kernel_decl' of the module
            agent.kernel "norm"(%t) : (!agent.text) -> tensor<f32>                         | must be variadic of a tensor, an embedding, audio, an image, or a value of the host that holds one
            agent.all_reduce %v by "product" over 2 : tensor<?x4xf32>                      | 'agent.all_reduce' op reduces by "product"; it must be sum, mean, min or max
            agent.all_reduce %v by "sum" over 1 : tensor<?x4xf32>                          | 'agent.all_reduce' op reduces over 1 shard; there must be 2 or more
            agent.all_reduce %t by "sum" over 2 : !agent.text                              | must be a tensor, an embedding or a completion
            agent.embed %t model "m" : !agent.embedding<384xf64>                           | an embedding holds f32, f16, bf16 or i8, not 'f64'
            agent.embed %t model "m" : !agent.embedding<0xf32>                             | an embedding's dimension must be 1 or more, not 0
            agent.embed %t model "m" : !agent.embedding<1x1x1x1x1xf32>                     | an embedding has at most 4 dimensions, not 5
            agent.embed %t model "m" : !agent.embedding<f32>                               | an embedding has both a shape and an element type, or neither
            agent.embed %t model "m" {agent.note = "x"}                                    | 'agent.embed' op attribute 'agent.note' is none of agent.estimate, timeout_seconds, retries, pinned_to, forbidden and zones
            agent.embed %t model "m" {agent.estimate = 1.0}                                | attribute 'agent.estimate' must be an #agent.estimate, but is 1.000000e+00 : f64
            agent.embed %t model "m" {agent.estimate = #agent.estimate<seconds = -1.0>}    | seconds is -1.000000e+00; it must be 0 or more
            agent.embed %t model "m" {agent.estimate = #agent.estimate<spread = 0x7FF0000000000000>} | spread is INF; it must be 0 or more
            agent.embed %t model "m" {agent.estimate = #agent.estimate<confidence = "sure">} | confidence is "sure"; it must be measured, imported, transferred or generic
            agent.embed %t model "m" {agent.timeout_seconds = 0.0}                         | attribute 'agent.timeout_seconds' must be an f64 above 0
            agent.embed %t model "m" {agent.timeout_seconds = 1}                           | attribute 'agent.timeout_seconds' must be an f64 above 0
            agent.embed %t model "m" {agent.retries = -1}                                  | attribute 'agent.retries' must be an i64 of 0 or more
            agent.embed %t model "m" {agent.retries = 1 : i32}                             | attribute 'agent.retries' must be an i64 of 0 or more
            agent.embed %t model "m" {agent.pinned_to = ""}                                | attribute 'agent.pinned_to' must be a string, not empty
            agent.embed %t model "m" {agent.forbidden = "gpu"}                             | attribute 'agent.forbidden' must be an array of strings, none empty
            agent.embed %t model "m" {agent.zones = ["eu", ""]}                            | attribute 'agent.zones' must be an array of strings, none empty
            """)
    void refuses(String op, String message) {
        refusedAt(4, FRAME.replace("OPS", "%x = " + op), message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            percentile = 0.0                          | percentile is 0.000000e+00; it must be above 0
            percentile = 100.5                        | percentile is 1.005000e+02; it must be above 0
            end_to_end = 0.0                          | end_to_end is 0.000000e+00; it must be above 0
            end_to_end = 1.0, first_token = 2.0       | first_token (2.000000e+00 s) is above end_to_end (1.000000e+00 s)
            end_to_end = 1.0, worst_case = 0.5        | worst_case (5.000000e-01 s) is below end_to_end (1.000000e+00 s)
            per_token = -1.0                          | per_token is -1.000000e+00; it must be above 0
            per_token = 1.0, per_token = 1.0          | duplicate or unknown struct parameter name: per_token
            deadline = 1.0                            | duplicate or unknown struct parameter name: deadline
            """)
    void refusesAnSla(String fields, String message) {
        refusedAt(
                1,
                "agent.graph @g(%a: !agent.text) -> !agent.text attributes {sla = #agent.sla<" + fields
                        + ">} { agent.yield %a : !agent.text }",
                message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            agent.kernel_decl @k ""                                                         | attribute 'spec' failed to satisfy constraint: a string, not empty
            agent.kernel_decl @k "a{"                                                       | 'agent.kernel_decl' op has specification "a{", which is not of the form
            agent.kernel_decl @k "a" agent.kernel_decl @k "a"                               | redefinition of symbol named 'k'
            module @m { agent.graph @g(%a: !agent.text) -> !agent.text { agent.kernel_decl @k "a" agent.yield %a : !agent.text } } | 'agent.kernel_decl' op expects parent op 'builtin.module'
            """)
    void refusesADeclaration(String op, String message) {
        refusedAt(1, op, message);
    }

    private static void refusedAt(int line, String text, String message) {
        try (MlirContext context = MlirContext.create()) {
            Diagnostic first = catchThrowableOfType(MlirException.class, () -> context.parse(text, "wrong.mlir"))
                    .diagnostics()
                    .getFirst();
            assertThat(first.message()).contains(message);
            assertThat(first.place())
                    .isInstanceOfSatisfying(
                            Diagnostic.Place.InText.class,
                            place -> assertThat(place.line()).isEqualTo(line));
        }
    }
}
