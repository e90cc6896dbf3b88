// The graph and its control flow. Every region has one block, which agent.yield ends.
#ifndef AGENTOPT_AGENT_CONTROL_OPS_TD
#define AGENTOPT_AGENT_CONTROL_OPS_TD

include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/LoopLikeInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

// Regions capture values from above.
class RegionOp<string mnemonic, list<Trait> traits = []> : AgentOp<mnemonic, !listconcat(traits, [SingleBlock, RecursiveMemoryEffects])> {
  let hasRegionVerifier = 1;
}

def GraphOp : AgentOp<"graph", [IsolatedFromAbove, Symbol, SingleBlock]> {
  let summary = "a whole agent: one input, one result";
  let description = [{
    ```mlir
    agent.graph @answer(%in: !agent.text) -> !agent.text attributes {sla = #agent.sla<end_to_end = 2.5e+00>} { ... agent.yield %out : !agent.text }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$result_type, OptionalAttr<SlaAttr>:$sla, OptionalAttr<StrAttr>:$sym_visibility);
  let regions = (region SizedRegion<1>:$bodyRegion);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
}

def YieldOp : AgentOp<"yield", [Terminator, Pure, ParentOneOf<["GraphOp", "LoopOp", "WhenOp", "ForEachOp", "SubgraphOp", "FusedOp"]>]> {
  let summary = "ends a region with its values";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

def LoopOp : RegionOp<"loop", [DeclareOpInterfaceMethods<LoopLikeOpInterface>]> {
  let summary = "repeats its body until it yields done, at most max times";
  let description = [{
    The body takes the state and yields (done : i1, result, next state). `expected` is the mean number of rounds, in 1..max. The body runs at least
    once, so hoisting an op without effects out of it never adds work.
  }];
  let arguments = (ins HostValue:$init, Count:$max, F64Attr:$expected);
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
  let arguments = (ins HostValue:$input, Name:$name);
  let results = (outs HostValue:$result);
  let regions = (region SizedRegion<1>:$bodyRegion);
  let assemblyFormat = "$name `(` $input `)` attr-dict-with-keyword `:` type($input) `->` type($result) $bodyRegion";
}

#endif
