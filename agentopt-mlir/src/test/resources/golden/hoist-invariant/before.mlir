// Retrieval that does not depend on the loop's state leaves the loop, and so does an idempotent tool; a tool with side effects stays, and so does a load
// of a memory that the loop writes.
agent.graph @g(%q: !agent.text) -> !agent.text {
  %r = agent.loop %q max 5 expected 2.0 : !agent.text -> !agent.text {
  ^bb0(%state: !agent.text):
    %e = agent.embed %q model "e" loc("l/embed")
    %s = agent.search %e index "docs" k 3 loc("l/search")
    %b = agent.rerank %q, %s model "cross" k 2 loc("l/rerank")
    %i = agent.tool "lookup"(%q) idempotent : !agent.text -> !agent.text loc("l/lookup")
    %o = agent.tool "order"(%q) : !agent.text -> !agent.text loc("l/order")
    %m = agent.memory_load %q store "notes" : !agent.text -> !agent.text loc("l/load")
    %w = agent.memory_store %q, %state store "notes" : !agent.text, !agent.text -> !agent.text loc("l/store")
    %d = agent.transform "done"(%state) : (!agent.text) -> i1 loc("l/done")
    %n = agent.transform "next"(%state, %b, %i, %o, %m) : (!agent.text, !agent.passages, !agent.text, !agent.text, !agent.text) -> !agent.text loc("l/next")
    agent.yield %d, %n, %n : i1, !agent.text, !agent.text
  } loc("l")
  agent.yield %r : !agent.text
}
