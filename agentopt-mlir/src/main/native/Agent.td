// The agent dialect: an AI agent as a data flow of model calls, retrievals, tools and plain functions.
#ifndef AGENTOPT_AGENT_TD
#define AGENTOPT_AGENT_TD

include "mlir/IR/OpBase.td"

def AgentDialect : Dialect {
  let name = "agent";
  let cppNamespace = "::agentopt";
  let summary = "AI agents: model calls, retrieval, tools and control flow over host values";
  let description = [{
    An agent is one `agent.graph`: a data flow of model calls, retrievals, tools and plain functions over values that are assigned once, with loops,
    branches and iterations as regions. Three ideas carry the dialect.

    **Names live in locations.** An op's graph node (`think/generate`) is its location, not an attribute, so that merging of common operators, which
    compares attributes but not locations, merges equal work that was declared under two names.

    **Effects are the optimiser's licence.** An op without effects may be merged, removed and, out of `agent.loop`, hoisted:

    | op | effects |
    |---|---|
    | embed, search, rerank, transcribe, synthesize, infer, transform, kernel, all_reduce, transfer, yield | none: an index and a model's file do not change, a transform is pure by contract |
    | generate, endpoint with `deterministic` | none: greedy or seeded sampling is a function of operands and attributes |
    | generate, endpoint without | writes the sampler: two draws are two values, none is dropped or merged |
    | tool with `idempotent` | none |
    | tool without | reads and writes the outside world: never merged, removed or reordered |
    | memory_load, memory_store | reads, writes the outside world: loads merge when nothing writes in between |
    | prefix, fused | none: a prefix is read, never appended to |
    | prefill | allocates its result |
    | kv_transfer | reads and frees its operand, allocates its result |
    | decode | reads and frees its operand |
    | loop, when, for_each, subgraph | those of their bodies |
    | an operator kind of the user | what its owner promised when loading it; anything, where nothing was promised or the op has regions |

    **A KV cache has one owner.** Decoding appends to the cache it reads, so a cache that two decodes share would be wrong. Allocation makes every prefill
    yield a fresh cache: two equal prefills stay two, while an unused one may go. Freeing keeps decode and kv_transfer in place. What effects cannot say
    the verifier says: a cache has at most one consumer, in the block that made it. Equal generates are merged before they are split.

    Any op may carry attributes of the dialect beside its own: `agent.estimate`, what a cost model expects of it; and the wishes of its node,
    `agent.timeout_seconds` (f64), `agent.retries` (i64), `agent.pinned_to` (string), `agent.forbidden` and `agent.zones` (arrays of strings). Other
    attributes whose names begin with `agent.` are refused. Lowering writes estimates with the placement, once equal work was merged; what a node is
    expected to be given and to give is declared, and lies in its location.
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
