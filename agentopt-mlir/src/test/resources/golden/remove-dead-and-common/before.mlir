// Equal work without effects merges, what nobody reads goes; a tool with side effects, and a store, stay each time.
agent.graph @g(%q: !agent.text) -> !agent.value<"object"> {
  %e1 = agent.embed %q model "e" loc("embed a")
  %e2 = agent.embed %q model "e" loc("embed b")
  %s1 = agent.search %e1 index "docs" k 3 loc("search a")
  %s2 = agent.search %e2 index "docs" k 3 loc("search b")
  %s3 = agent.search %e2 index "docs" k 4 loc("search more")
  %l1 = agent.tool "lookup"(%q) idempotent : !agent.text -> !agent.text loc("lookup a")
  %l2 = agent.tool "lookup"(%q) idempotent : !agent.text -> !agent.text loc("lookup b")
  %o1 = agent.tool "order"(%q) : !agent.text -> !agent.text loc("order a")
  %o2 = agent.tool "order"(%q) : !agent.text -> !agent.text loc("order b")
  %m1 = agent.memory_load %q store "notes" : !agent.text -> !agent.text loc("load a")
  %m2 = agent.memory_load %q store "notes" : !agent.text -> !agent.text loc("load b")
  %w = agent.memory_store %q, %o1 store "notes" : !agent.text, !agent.text -> !agent.text loc("store")
  %m3 = agent.memory_load %q store "notes" : !agent.text -> !agent.text loc("load c")
  %r = agent.transform "join"(%s1, %s2, %l1, %l2, %m1, %m2, %m3) : (!agent.passages, !agent.passages, !agent.text, !agent.text, !agent.text, !agent.text, !agent.text) -> !agent.value<"object"> loc("join")
  agent.yield %r : !agent.value<"object">
}
