package io.agentopt.mlir.ir;

import java.util.List;

/** IR texts that between them hold every op, type and attribute of the dialect, and much of what MLIR's own parser knows. */
public final class IrCorpus {
    public static final String EVERY_OP = """
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

    public static final String TENSORS_AND_SPEECH = """
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
                %11 = agent.endpoint %10 at "acme" model "large" max_tokens 64 sampling "greedy" deterministic on "cpu" {agent.forbidden = ["L4"], agent.pinned_to = "cpu", agent.retries = 2 : i64, agent.timeout_seconds = 1.500000e+00 : f64, agent.zones = ["eu-1", "eu-2"]}
                %12 = agent.transform "ask"(%11) : (!agent.completion) -> !agent.prompt
                %13 = agent.prefill %12 model "llama" on "H100" shards 4 : !agent.kv_cache<"llama">
                %14 = agent.decode %13 model "llama" max_tokens 64 sampling "temperature=0.7" on "H100" shards 4 : !agent.kv_cache<"llama"> -> !agent.token_stream
                %15 = agent.generate %12 model "llama" max_tokens 64 sampling "temperature=0.7" on "H100" shards 4 -> !agent.token_stream
                %16 = agent.endpoint %12 at "acme" model "large" max_tokens 64 sampling "temperature=0.7" -> !agent.token_stream
                %17 = agent.synthesize %14 model "speaker" voice "anna" on "L4" : !agent.token_stream -> !agent.audio<22050>
                %18 = agent.synthesize %11 model "speaker" : !agent.completion
                agent.yield %18 : !agent.audio
              }
              agent.graph @shared(%arg0: !agent.prompt) -> !agent.text {
                %0 = agent.prefix %arg0 model "llama" on "H100" shards 2 : !agent.kv_prefix<"llama">
                %1 = agent.prefill %arg0 behind %0 : !agent.kv_prefix<"llama"> model "llama" on "H100" shards 2 : !agent.kv_cache<"llama">
                %2 = agent.decode %1 model "llama" max_tokens 64 sampling "greedy" deterministic on "H100" shards 2 : !agent.kv_cache<"llama">
                %3 = agent.fused(%2) on "cpu" : (!agent.completion) -> !agent.text {
                ^bb0(%arg1: !agent.completion):
                  %4 = agent.transform "text"(%arg1) : (!agent.completion) -> !agent.text
                  %5 = agent.transform "trim"(%4) : (!agent.text) -> !agent.text
                  agent.yield %5 : !agent.text
                }
                agent.yield %3 : !agent.text
              }
            }
            """;

    /** The same in MLIR's generic form, with what an op of any dialect may carry. */
    public static final String GENERIC = """
            #map = 7 : i8
            #set = [#map, "b"]
            #text = "text"
            !pair = tuple<!agent.text, i1>
            #loc1 = loc("think/generate")
            #loc2 = loc(callsite(#loc1 at fused<"meta">["a.mlir":3:4, #loc1]))
            "builtin.module"() ({
              "agent.kernel_decl"() <{sym_name = "norm", spec = "norm{d=384}"}> : () -> ()
              "agent.graph"() <{sym_name = "g", result_type = !agent.text, sla = #agent.sla<end_to_end = 1.0>}> ({
              ^bb0(%arg0: !agent.text loc("in")):
                %0 = "agent.tool"(%arg0) <{name = "t", idempotent}> {x.a = #map, x.b = #set, x.c = [1 : i8, -2.5e+00 : f16, dense<[[1, 2], [3, 4]]> : tensor<2x2xi16>, #text]} : (!agent.text) -> !agent.text loc(#loc2)
                %1 = "agent.tool"(%0) <{name = "u"}> {x.a = dense<"0x0000803F00000040"> : tensor<2xf32>, x.b = sparse<[[0, 0], [1, 2]], [1, 5]> : tensor<3x4xi32>, x.c = array<i64: 1, 2>, x.d = @sym::@nested, x.e = {k = unit, l = !pair}} : (!agent.text) -> !agent.text
                %2 = "agent.tool"(%1) <{name = "v"}> {x.a = strided<[?, 1], offset: ?>, x.b = memref<?x4xf32, strided<[4, 1]>, 1>, x.c = vector<[4]x2xf32>, x.d = complex<f64>, x.e = (i32, index) -> (none)} : (!agent.text) -> !agent.text
                "agent.yield"(%2) : (!agent.text) -> ()
              }) : () -> ()
            }) : () -> ()
            """;

    /** Operator kinds. */
    public static final String KINDS = """
            irdl.dialect @acme {
              irdl.type @ticket
              irdl.type @box {
                %size = irdl.base "#builtin.integer"
                irdl.parameters(size: %size)
              }
              irdl.attribute @level {
                %low = irdl.is "low"
                %high = irdl.is "high"
                %level = irdl.any_of(%low, %high)
                irdl.parameters(level: %level)
              }
              irdl.operation @redact {
                %text = irdl.is !agent.text
                %ticket = irdl.base @acme::@ticket
                %either = irdl.any_of(%text, %ticket)
                %word = irdl.base "#builtin.string"
                irdl.attributes {"policy" = %word}
                irdl.operands(in: %either, more: variadic %text, last: optional %text)
                irdl.results(out: %text)
              }
              irdl.operation @scope {
                %any = irdl.any
                %body = irdl.region(%any) with size 1
                irdl.regions(body: %body)
                %boxes = irdl.parametric @acme::@box<%any>
                irdl.operands(in: %boxes)
              }
            }
            """;

    private IrCorpus() {}

    /** {@return every text of an agent} */
    public static List<String> agents() {
        return List.of(EVERY_OP, TENSORS_AND_SPEECH, GENERIC);
    }
}
