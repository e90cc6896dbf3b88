// The agent dialect: an AI agent as a data flow of model calls, retrievals, tools and plain functions.
//
// Three ideas carry it:
//
// 1. Names live in locations. An op's graph node ("think/generate") is its NameLoc, not an attribute, so CSE, which compares attributes but not
//    locations, merges equal work that was declared under two names.
//
// 2. Effects are the optimiser's licence. An op without effects may be merged, removed and (out of agent.loop) hoisted. The table:
//      embed, search, transform, transfer, yield       none (an index is immutable, a transform is pure by contract)
//      generate with `deterministic`                   none: greedy or seeded sampling is a function of its operands and attributes
//      generate without                                writes the sampler: two draws are two values, none is dropped or merged
//      tool with `idempotent`                          none
//      tool without                                    reads and writes the outside world: never merged, removed or reordered
//      memory_load / memory_store                      reads / writes the outside world: loads merge when nothing writes in between
//      prefix, fused                                   none: a prefix is read, never appended to
//      prefill                                         allocates its result
//      kv_transfer                                     reads and frees its operand, allocates its result
//      decode                                          reads and frees its operand
//      loop, when, for_each, subgraph                  those of their bodies
//
// 3. A KV cache has one owner. decode appends to the cache it reads, so a cache shared by two decodes would be wrong. Allocation makes every prefill
//    yield a fresh cache: CSE merges ops without effects or with reads only, so it leaves two equal prefills alone, while an unused prefill may go
//    (an unread allocation is dead). Free keeps decode and kv_transfer in place. What effects cannot say the verifier says: a cache has at most one
//    consumer, in the block that made it, never inside a loop body that would consume it twice. Merge equal generates BEFORE splitting them.

#ifndef AGENTOPT_AGENT_TD
#define AGENTOPT_AGENT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/LoopLikeInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def AgentDialect : Dialect {
  let name = "agent";
  let cppNamespace = "::agentopt";
  let summary = "AI agents: model calls, retrieval, tools and control flow over host values";
  let useDefaultTypePrinterParser = 1;
}

//===-- Types ---------------------------------------------------------------------------------------------------------------------------===//

class AgentType<string cppName, string spelling, string what> : TypeDef<AgentDialect, cppName> {
  let mnemonic = spelling;
  let summary = what;
}

def ValueType : AgentType<"Value", "value", "an opaque host value; the tag names its host type"> {
  let parameters = (ins "::mlir::StringAttr":$tag);
  let assemblyFormat = "`<` $tag `>`";
}
def TextType : AgentType<"Text", "text", "plain text">;
def PromptType : AgentType<"Prompt", "prompt", "the messages and tools that a model is asked with">;
def CompletionType : AgentType<"Completion", "completion", "what a model generated">;
def EmbeddingType : AgentType<"Embedding", "embedding", "a text as a vector">;
def PassagesType : AgentType<"Passages", "passages", "retrieved passages, best first">;
def ListType : AgentType<"List", "list", "a host list; its elements are host values">;
def KvCacheType : AgentType<"KvCache", "kv_cache", "the KV cache of one sequence in one model, with the logits of the first token"> {
  let parameters = (ins "::mlir::StringAttr":$model);
  let assemblyFormat = "`<` $model `>`";
}

def KvPrefixType : AgentType<"KvPrefix", "kv_prefix", "what a model made of the beginning of a prompt; immutable, for any number of prefills"> {
  let parameters = (ins "::mlir::StringAttr":$model);
  let assemblyFormat = "`<` $model `>`";
}

def HostValue : AnyTypeOf<[ValueType, TextType, PromptType, CompletionType, EmbeddingType, PassagesType, ListType, I1],
                          "host value (any agent type but kv_cache, or i1)">;
def Elements : AnyTypeOf<[ListType, PassagesType], "a list or passages">;
def PositiveI64 : ConfinedAttr<I64Attr, [IntPositive]>;
def Device : OptionalAttr<StrAttr>;

//===-- Ops -----------------------------------------------------------------------------------------------------------------------------===//

class AgentOp<string mnemonic, list<Trait> traits = []> : Op<AgentDialect, mnemonic, traits>;

// Regions capture values from above; agent.yield ends each block.
class RegionOp<string mnemonic, list<Trait> traits = []> : AgentOp<mnemonic, !listconcat(traits, [SingleBlock, RecursiveMemoryEffects])> {
  let hasRegionVerifier = 1;
}

def GraphOp : AgentOp<"graph", [IsolatedFromAbove, Symbol, SingleBlock]> {
  let summary = "a whole agent: one input, one result";
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$result_type, OptionalAttr<F64Attr>:$e2e_sla_ms, OptionalAttr<F64Attr>:$ttft_sla_ms,
                       OptionalAttr<StrAttr>:$sym_visibility);
  let regions = (region SizedRegion<1>:$bodyRegion);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
}

def YieldOp : AgentOp<"yield", [Terminator, Pure, ParentOneOf<["GraphOp", "LoopOp", "WhenOp", "ForEachOp", "SubgraphOp", "FusedOp"]>]> {
  let summary = "ends a region with its values";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

def GenerateOp : AgentOp<"generate", [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>, DeclareOpInterfaceMethods<ConditionallySpeculatable>]> {
  let summary = "asks a model: prefill and decode in one";
  let arguments = (ins PromptType:$prompt, StrAttr:$model, PositiveI64:$max_tokens, StrAttr:$sampling, UnitAttr:$deterministic, Device:$device);
  let results = (outs CompletionType:$completion);
  let assemblyFormat = [{
    $prompt `model` $model `max_tokens` $max_tokens `sampling` $sampling (`deterministic` $deterministic^)? (`on` $device^)? attr-dict
  }];
  let hasVerifier = 1;
}

def PrefixOp : AgentOp<"prefix", [Pure]> {
  let summary = "reads the beginning of prompts once, for several prefills";
  let arguments = (ins PromptType:$prompt, StrAttr:$model, Device:$device);
  let results = (outs KvPrefixType:$prefix);
  let assemblyFormat = "$prompt `model` $model (`on` $device^)? attr-dict `:` qualified(type($prefix))";
  let hasVerifier = 1;
}

def PrefillOp : AgentOp<"prefill"> {
  let summary = "reads a prompt into a fresh KV cache; behind a prefix, only what the prompt has more than that";
  let arguments = (ins PromptType:$prompt, Optional<KvPrefixType>:$prefix, StrAttr:$model, Device:$device);
  let results = (outs Res<KvCacheType, "a cache of its own", [MemAlloc]>:$cache);
  let assemblyFormat = [{
    $prompt (`behind` $prefix^ `:` qualified(type($prefix)))? `model` $model (`on` $device^)? attr-dict `:` qualified(type($cache))
  }];
  let hasVerifier = 1;
}

def KvTransferOp : AgentOp<"kv_transfer", [AllTypesMatch<["source", "target"]>]> {
  let summary = "moves a KV cache to another device; the source is gone afterwards";
  let arguments = (ins Arg<KvCacheType, "consumed", [MemRead, MemFree]>:$source, StrAttr:$from, StrAttr:$to);
  let results = (outs Res<KvCacheType, "a cache of its own", [MemAlloc]>:$target);
  let assemblyFormat = "$source `from` $from `to` $to attr-dict `:` qualified(type($source))";
  let hasVerifier = 1;
}

def DecodeOp : AgentOp<"decode"> {
  let summary = "generates from a KV cache and consumes it";
  let arguments = (ins Arg<KvCacheType, "consumed", [MemRead, MemFree]>:$cache, StrAttr:$model, PositiveI64:$max_tokens, StrAttr:$sampling,
                       UnitAttr:$deterministic, Device:$device);
  let results = (outs CompletionType:$completion);
  let assemblyFormat = [{
    $cache `model` $model `max_tokens` $max_tokens `sampling` $sampling (`deterministic` $deterministic^)? (`on` $device^)? attr-dict
    `:` qualified(type($cache))
  }];
  let hasVerifier = 1;
}

def EmbedOp : AgentOp<"embed", [Pure]> {
  let summary = "a text as a vector";
  let arguments = (ins TextType:$text, StrAttr:$model, Device:$device);
  let results = (outs EmbeddingType:$embedding);
  let assemblyFormat = "$text `model` $model (`on` $device^)? attr-dict";
}

def SearchOp : AgentOp<"search", [Pure]> {
  let summary = "the k nearest passages of an immutable index";
  let arguments = (ins EmbeddingType:$query, StrAttr:$index, PositiveI64:$k, Device:$device);
  let results = (outs PassagesType:$passages);
  let assemblyFormat = "$query `index` $index `k` $k (`on` $device^)? attr-dict";
}

def ToolOp : AgentOp<"tool", [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>, DeclareOpInterfaceMethods<ConditionallySpeculatable>]> {
  let summary = "calls a tool of the host";
  let arguments = (ins HostValue:$argument, StrAttr:$name, UnitAttr:$idempotent, Device:$device);
  let results = (outs HostValue:$result);
  let assemblyFormat = [{
    $name `(` $argument `)` (`idempotent` $idempotent^)? (`on` $device^)? attr-dict `:` type($argument) `->` type($result)
  }];
}

def TransformOp : AgentOp<"transform", [Pure]> {
  let summary = "a pure function of the host";
  let arguments = (ins Variadic<HostValue>:$arguments, StrAttr:$function, Device:$device);
  let results = (outs HostValue:$result);
  let assemblyFormat = "$function `(` $arguments `)` (`on` $device^)? attr-dict `:` functional-type($arguments, $result)";
}

def FusedOp : AgentOp<"fused", [Pure, IsolatedFromAbove, SingleBlock]> {
  let summary = "pure functions of the host that run as one step";
  let arguments = (ins Variadic<HostValue>:$arguments, Device:$device);
  let results = (outs HostValue:$result);
  let regions = (region SizedRegion<1>:$bodyRegion);
  let assemblyFormat = "`(` $arguments `)` (`on` $device^)? attr-dict-with-keyword `:` functional-type($arguments, $result) $bodyRegion";
  let hasRegionVerifier = 1;
}

def MemoryLoadOp : AgentOp<"memory_load", [MemoryEffects<[MemRead]>]> {
  let summary = "reads a store of the host";
  let arguments = (ins HostValue:$key, StrAttr:$store, Device:$device);
  let results = (outs HostValue:$value);
  let assemblyFormat = "$key `store` $store (`on` $device^)? attr-dict `:` type($key) `->` type($value)";
}

def MemoryStoreOp : AgentOp<"memory_store", [MemoryEffects<[MemWrite]>]> {
  let summary = "writes a store of the host; the result is what was stored";
  let arguments = (ins HostValue:$key, HostValue:$value, StrAttr:$store, Device:$device);
  let results = (outs HostValue:$stored);
  let assemblyFormat = "$key `,` $value `store` $store (`on` $device^)? attr-dict `:` type($key) `,` type($value) `->` type($stored)";
}

def TransferOp : AgentOp<"transfer", [Pure, AllTypesMatch<["source", "target"]>]> {
  let summary = "copies a host value to another device; there and back folds away";
  let arguments = (ins HostValue:$source, StrAttr:$from, StrAttr:$to);
  let results = (outs HostValue:$target);
  let assemblyFormat = "$source `from` $from `to` $to attr-dict `:` type($source)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def LoopOp : RegionOp<"loop", [DeclareOpInterfaceMethods<LoopLikeOpInterface>]> {
  let summary = "repeats its body until it yields done, at most max times";
  let description = [{
    The body takes the state and yields (done : i1, result, next state). `expected` is the mean number of rounds, in 1..max. The body runs at least
    once, so hoisting an op without effects out of it never adds work.
  }];
  let arguments = (ins HostValue:$init, PositiveI64:$max, F64Attr:$expected);
  let results = (outs HostValue:$result);
  let regions = (region SizedRegion<1>:$bodyRegion);
  let assemblyFormat = "$init `max` $max `expected` $expected attr-dict-with-keyword `:` type($init) `->` type($result) $bodyRegion";
}

def WhenOp : RegionOp<"when"> {
  let summary = "one of two branches; probability is that of the first";
  let arguments = (ins I1:$condition, F64Attr:$probability);
  let results = (outs HostValue:$result);
  let regions = (region SizedRegion<1>:$thenRegion, SizedRegion<1>:$elseRegion);
  let assemblyFormat = "$condition `probability` $probability attr-dict-with-keyword `->` type($result) $thenRegion `else` $elseRegion";
}

def ForEachOp : RegionOp<"for_each"> {
  let summary = "its body for every element of a list, in any order; expected is the mean length";
  let arguments = (ins Elements:$list, F64Attr:$expected);
  let results = (outs Elements:$results);
  let regions = (region SizedRegion<1>:$bodyRegion);
  let assemblyFormat = "$list `expected` $expected attr-dict-with-keyword `:` type($list) `->` type($results) $bodyRegion";
}

def SubgraphOp : RegionOp<"subgraph"> {
  let summary = "a graph in a graph; it is typed on its own, so !agent.value on one side of its border may be any type on the other";
  let arguments = (ins HostValue:$input, StrAttr:$name);
  let results = (outs HostValue:$result);
  let regions = (region SizedRegion<1>:$bodyRegion);
  let assemblyFormat = "$name `(` $input `)` attr-dict-with-keyword `:` type($input) `->` type($result) $bodyRegion";
}

#endif
