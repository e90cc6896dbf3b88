// What the host does itself: tools, functions, kernels, memory, copies.
#ifndef AGENTOPT_AGENT_HOST_OPS_TD
#define AGENTOPT_AGENT_HOST_OPS_TD

include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def ToolOp : PromisingOp<"tool"> {
  let summary = "calls a tool of the host";
  let arguments = (ins HostValue:$argument, Name:$name, UnitAttr:$idempotent, Device:$device);
  let results = (outs HostValue:$result);
  let assemblyFormat = [{
    $name `(` $argument `)` (`idempotent` $idempotent^)? (`on` $device^)? attr-dict `:` type($argument) `->` type($result)
  }];
}

def TransformOp : AgentOp<"transform", [Pure]> {
  let summary = "a pure function of the host";
  let arguments = (ins Variadic<HostValue>:$arguments, Name:$function, Device:$device);
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

def KernelOp : AgentOp<"kernel", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a tensor function that is compiled";
  let description = [{
    The kernel is named by its specification or by the symbol of an `agent.kernel_decl`:
    ```mlir
    %s = agent.kernel "cosine{d=384,type=f32}"(%rows, %query) on "cpu" : (tensor<?x384xf32>, !agent.embedding<384xf32>) -> tensor<?xf32>
    %t = agent.kernel @cosine(%rows, %query) : (tensor<?x384xf32>, !agent.embedding<384xf32>) -> tensor<?xf32>
    ```
  }];
  let arguments = (ins Variadic<Numbers>:$arguments, AnyAttr:$kernel, Device:$device);
  let results = (outs Variadic<Numbers>:$outputs);
  let assemblyFormat = "$kernel `(` $arguments `)` (`on` $device^)? attr-dict `:` functional-type($arguments, $outputs)";
  let hasVerifier = 1;
}

def KernelDeclOp : AgentOp<"kernel_decl", [Symbol, HasParent<"::mlir::ModuleOp">]> {
  let summary = "a kernel that ops of the module share, by its specification";
  let description = [{
    A specification is a name and, in braces, what it is specialised for: `softmax`, `cosine{d=384,type=f32}`.
    ```mlir
    agent.kernel_decl @cosine "cosine{d=384,type=f32}"
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Name:$spec, OptionalAttr<StrAttr>:$sym_visibility);
  let assemblyFormat = "$sym_name $spec attr-dict";
  let hasVerifier = 1;
}

def MemoryLoadOp : AgentOp<"memory_load", [MemoryEffects<[MemRead]>]> {
  let summary = "reads a store of the host";
  let arguments = (ins HostValue:$key, Name:$store, Device:$device);
  let results = (outs HostValue:$value);
  let assemblyFormat = "$key `store` $store (`on` $device^)? attr-dict `:` type($key) `->` type($value)";
}

def MemoryStoreOp : AgentOp<"memory_store", [MemoryEffects<[MemWrite]>]> {
  let summary = "writes a store of the host; the result is what was stored";
  let arguments = (ins HostValue:$key, HostValue:$value, Name:$store, Device:$device);
  let results = (outs HostValue:$stored);
  let assemblyFormat = "$key `,` $value `store` $store (`on` $device^)? attr-dict `:` type($key) `,` type($value) `->` type($stored)";
}

def TransferOp : AgentOp<"transfer", [Pure, AllTypesMatch<["source", "target"]>]> {
  let summary = "copies a host value to another device; there and back folds away";
  let arguments = (ins HostValue:$source, Name:$from, Name:$to);
  let results = (outs HostValue:$target);
  let assemblyFormat = "$source `from` $from `to` $to attr-dict `:` type($source)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif
