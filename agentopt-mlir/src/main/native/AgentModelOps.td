// Calls of models.
#ifndef AGENTOPT_AGENT_MODEL_OPS_TD
#define AGENTOPT_AGENT_MODEL_OPS_TD

include "mlir/Interfaces/SideEffectInterfaces.td"

class AgentOp<string mnemonic, list<Trait> traits = []> : Op<AgentDialect, mnemonic, traits>;

// A call whose effects depend on a promise that it carries: `deterministic` or `idempotent`.
class PromisingOp<string mnemonic>
    : AgentOp<mnemonic, [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>, DeclareOpInterfaceMethods<ConditionallySpeculatable>]>;

def GenerateOp : PromisingOp<"generate"> {
  let summary = "asks a model: prefill and decode in one";
  let description = [{
    `shards` is the number of devices that share each layer (tensor parallelism); the result may be a stream:
    ```mlir
    %c = agent.generate %prompt model "llama-8b" max_tokens 256 sampling "greedy" deterministic on "H100" shards 2
    %s = agent.generate %prompt model "llama-8b" max_tokens 256 sampling "temperature=0.7" -> !agent.token_stream
    ```
  }];
  let arguments = (ins PromptType:$prompt, Name:$model, Count:$max_tokens, StrAttr:$sampling, UnitAttr:$deterministic, Device:$device, Shards:$shards);
  let results = (outs Answer:$completion);
  let assemblyFormat = [{
    $prompt `model` $model `max_tokens` $max_tokens `sampling` $sampling (`deterministic` $deterministic^)? (`on` $device^)? (`shards` $shards^)? attr-dict
    `` custom<AnswerType>(type($completion))
  }];
  let hasVerifier = 1;
}

def EndpointOp : PromisingOp<"endpoint"> {
  let summary = "asks a model that somebody else hosts; it is never split into prefill and decode";
  let arguments = (ins PromptType:$prompt, Name:$endpoint, Name:$model, Count:$max_tokens, StrAttr:$sampling, UnitAttr:$deterministic, Device:$device);
  let results = (outs Answer:$completion);
  let assemblyFormat = [{
    $prompt `at` $endpoint `model` $model `max_tokens` $max_tokens `sampling` $sampling (`deterministic` $deterministic^)? (`on` $device^)? attr-dict
    `` custom<AnswerType>(type($completion))
  }];
  let hasVerifier = 1;
}

def PrefixOp : AgentOp<"prefix", [Pure]> {
  let summary = "reads the beginning of prompts once, for several prefills";
  let arguments = (ins PromptType:$prompt, Name:$model, Device:$device, Shards:$shards);
  let results = (outs KvPrefixType:$prefix);
  let assemblyFormat = "$prompt `model` $model (`on` $device^)? (`shards` $shards^)? attr-dict `:` qualified(type($prefix))";
  let hasVerifier = 1;
}

def PrefillOp : AgentOp<"prefill"> {
  let summary = "reads a prompt into a fresh KV cache; behind a prefix, only what the prompt has more than that";
  let arguments = (ins PromptType:$prompt, Optional<KvPrefixType>:$prefix, Name:$model, Device:$device, Shards:$shards);
  let results = (outs Res<KvCacheType, "a cache of its own", [MemAlloc]>:$cache);
  let assemblyFormat = [{
    $prompt (`behind` $prefix^ `:` qualified(type($prefix)))? `model` $model (`on` $device^)? (`shards` $shards^)? attr-dict
    `:` qualified(type($cache))
  }];
  let hasVerifier = 1;
}

def KvTransferOp : AgentOp<"kv_transfer", [AllTypesMatch<["source", "target"]>]> {
  let summary = "moves a KV cache to another device; the source is gone afterwards";
  let arguments = (ins Arg<KvCacheType, "consumed", [MemRead, MemFree]>:$source, Name:$from, Name:$to);
  let results = (outs Res<KvCacheType, "a cache of its own", [MemAlloc]>:$target);
  let assemblyFormat = "$source `from` $from `to` $to attr-dict `:` qualified(type($source))";
  let hasVerifier = 1;
}

def DecodeOp : AgentOp<"decode"> {
  let summary = "generates from a KV cache and consumes it";
  let arguments = (ins Arg<KvCacheType, "consumed", [MemRead, MemFree]>:$cache, Name:$model, Count:$max_tokens, StrAttr:$sampling,
                       UnitAttr:$deterministic, Device:$device, Shards:$shards);
  let results = (outs Answer:$completion);
  let assemblyFormat = [{
    $cache `model` $model `max_tokens` $max_tokens `sampling` $sampling (`deterministic` $deterministic^)? (`on` $device^)? (`shards` $shards^)? attr-dict
    `:` qualified(type($cache)) `` custom<AnswerType>(type($completion))
  }];
  let hasVerifier = 1;
}

def EmbedOp : AgentOp<"embed", [Pure]> {
  let summary = "a text as a vector";
  let description = [{
    ```mlir
    %e = agent.embed %text model "minilm" on "cpu" : !agent.embedding<384xf32>
    ```
    The type is left out where shape and element type are not known.
  }];
  let arguments = (ins TextType:$text, Name:$model, Device:$device);
  let results = (outs EmbeddingType:$embedding);
  let assemblyFormat = "$text `model` $model (`on` $device^)? attr-dict `` custom<EmbeddingType>(type($embedding))";
}

def SearchOp : AgentOp<"search", [Pure]> {
  let summary = "the k nearest passages of an immutable index";
  let arguments = (ins EmbeddingType:$query, Name:$index, Count:$k, Device:$device);
  let results = (outs PassagesType:$passages);
  let assemblyFormat = "$query `index` $index `k` $k (`on` $device^)? attr-dict `` custom<EmbeddingType>(type($query))";
}

def RerankOp : AgentOp<"rerank", [Pure]> {
  let summary = "the k passages that a cross-encoder finds nearest to a query, best first";
  let arguments = (ins TextType:$query, PassagesType:$passages, Name:$model, Count:$k, Device:$device);
  let results = (outs PassagesType:$best);
  let assemblyFormat = "$query `,` $passages `model` $model `k` $k (`on` $device^)? attr-dict";
}

def TranscribeOp : AgentOp<"transcribe", [Pure]> {
  let summary = "speech as text";
  let arguments = (ins AudioType:$speech, Name:$model, OptionalAttr<Name>:$language, Device:$device);
  let results = (outs TextType:$text);
  let assemblyFormat = "$speech `model` $model (`language` $language^)? (`on` $device^)? attr-dict `` custom<AudioType>(type($speech))";
}

def SynthesizeOp : AgentOp<"synthesize", [Pure]> {
  let summary = "text as speech; any two readings of a text by one voice may stand for each other";
  let arguments = (ins Words:$words, Name:$model, OptionalAttr<Name>:$voice, Device:$device);
  let results = (outs AudioType:$speech);
  let assemblyFormat = [{
    $words `model` $model (`voice` $voice^)? (`on` $device^)? attr-dict `:` qualified(type($words)) `` custom<AudioArrow>(type($speech))
  }];
}

def InferOp : AgentOp<"infer", [Pure]> {
  let summary = "runs a model file (ONNX): tensors in, tensors out";
  let description = [{
    ```mlir
    %r = agent.infer "classifier"(%ids, %mask) on "cpu" {input_names = ["ids", "mask"]} : (tensor<1x?xi64>, tensor<1x?xi64>) -> tensor<1x3xf32>
    ```
    Without names the operands are the model's inputs in its own order, the results its first outputs. One result that is an `!agent.value` may hold
    several named outputs.
  }];
  let arguments = (ins Variadic<HostValue>:$arguments, Name:$model, OptionalAttr<StrArrayAttr>:$input_names, OptionalAttr<StrArrayAttr>:$output_names,
                       Device:$device, Shards:$shards);
  let results = (outs Variadic<HostValue>:$outputs);
  let assemblyFormat = [{
    $model `(` $arguments `)` (`on` $device^)? (`shards` $shards^)? attr-dict `:` functional-type($arguments, $outputs)
  }];
  let hasVerifier = 1;
}

def AllReduceOp : AgentOp<"all_reduce", [Pure, AllTypesMatch<["partial", "reduced"]>]> {
  let summary = "combines what each of the shards of a model has; all of them get the result";
  let description = [{
    One program runs on all shards, so the op has one operand: the part that each of them holds.
    ```mlir
    %sum = agent.all_reduce %part by "sum" over 4 on "H100" : tensor<?x4096xf16>
    ```
  }];
  let arguments = (ins Partial:$partial, Name:$reduction, Count:$shards, Device:$device);
  let results = (outs Partial:$reduced);
  let assemblyFormat = "$partial `by` $reduction `over` $shards (`on` $device^)? attr-dict `:` qualified(type($partial))";
  let hasVerifier = 1;
}

#endif
