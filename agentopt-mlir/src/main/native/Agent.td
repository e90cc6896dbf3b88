// The agent dialect: an AI agent as a data flow of model calls, retrievals, tools and plain functions.
//
// Three ideas carry it:
//
// 1. Names live in locations. An op's graph node ("think/generate") is its NameLoc, not an attribute, so CSE, which compares attributes but not
//    locations, merges equal work that was declared under two names.
//
// 2. Effects are the optimiser's licence. An op without effects may be merged, removed and (out of agent.loop) hoisted. The table:
//      embed, search, rerank, transcribe, synthesize,
//      infer, transform, kernel, all_reduce, transfer,
//      yield                                           none (an index is immutable, a model's file too, a transform is pure by contract)
//      generate, endpoint with `deterministic`         none: greedy or seeded sampling is a function of its operands and attributes
//      generate, endpoint without                      writes the sampler: two draws are two values, none is dropped or merged
//      tool with `idempotent`                          none
//      tool without                                    reads and writes the outside world: never merged, removed or reordered
//      memory_load / memory_store                      reads / writes the outside world: loads merge when nothing writes in between
//      prefix, fused                                   none: a prefix is read, never appended to
//      prefill                                         allocates its result
//      kv_transfer                                     reads and frees its operand, allocates its result
//      decode                                          reads and frees its operand
//      loop, when, for_each, subgraph                  those of their bodies
//      an operator kind of the user                    what its owner promised when loading it; unknown, so anything, by default
//
// 3. A KV cache has one owner. decode appends to the cache it reads, so a cache shared by two decodes would be wrong. Allocation makes every prefill
//    yield a fresh cache: CSE merges ops without effects or with reads only, so it leaves two equal prefills alone, while an unused prefill may go
//    (an unread allocation is dead). Free keeps decode and kv_transfer in place. What effects cannot say the verifier says: a cache has at most one
//    consumer, in the block that made it, never inside a loop body that would consume it twice. Merge equal generates BEFORE splitting them.

#ifndef AGENTOPT_AGENT_TD
#define AGENTOPT_AGENT_TD

include "mlir/IR/OpBase.td"

def AgentDialect : Dialect {
  let name = "agent";
  let cppNamespace = "::agentopt";
  let summary = "AI agents: model calls, retrieval, tools and control flow over host values";
  let description = [{
    An agent is one `agent.graph`: a data flow of model calls, retrievals, tools and plain functions, with loops, branches and iterations as regions.
    Values are single assignment. An op's name, which is the path of its node in the graph (`think/generate`), is its location and no attribute.

    Any op may carry attributes of the dialect beside its own: `agent.estimate`, what a cost model expects of it; `agent.expectation`, what it is
    expected to be given and to give; and the wishes of its node, `agent.timeout_seconds` (f64), `agent.retries` (i64), `agent.pinned_to` (string),
    `agent.forbidden` and `agent.zones` (arrays of strings). Other attributes whose names begin with `agent.` are refused.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
}

include "AgentTypes.td"
include "AgentAttributes.td"
include "AgentModelOps.td"
include "AgentHostOps.td"
include "AgentControlOps.td"

#endif
