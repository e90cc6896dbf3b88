// Every op that runs on a device gets the plan's; control flow has none.
agent.graph @g(%q: !agent.text) -> !agent.list {
  %e = agent.embed %q model "e" loc("embed")
  %s = agent.search %e index "docs" k 3 loc("search")
  %r = agent.for_each %s expected 3.0 : !agent.passages -> !agent.list {
  ^bb0(%x: !agent.value<"object">):
    %t = agent.tool "lookup"(%x) idempotent : !agent.value<"object"> -> !agent.value<"object"> loc("each/lookup")
    %m = agent.memory_load %t store "notes" : !agent.value<"object"> -> !agent.value<"object"> loc("each/load")
    %w = agent.memory_store %t, %m store "notes" : !agent.value<"object">, !agent.value<"object"> -> !agent.value<"object"> loc("each/store")
    agent.yield %w : !agent.value<"object">
  } loc("each")
  agent.yield %r : !agent.list
}
