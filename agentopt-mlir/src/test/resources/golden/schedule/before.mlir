// The long way first: the slow tool, then what leads to the answer; the two orders keep their order, and the load stays in front of the store.
agent.graph @g(%q: !agent.text) -> !agent.value<"object"> {
  %fast = agent.tool "fast"(%q) idempotent on "cpu" {agent.estimate = #agent.estimate<seconds = 0.01>} : !agent.text -> !agent.text loc("fast")
  %m = agent.memory_load %q store "notes" on "cpu" : !agent.text -> !agent.text loc("load")
  %w = agent.memory_store %q, %q store "notes" on "cpu" : !agent.text, !agent.text -> !agent.text loc("store")
  %o1 = agent.tool "order"(%q) on "cpu" {agent.estimate = #agent.estimate<seconds = 0.01>} : !agent.text -> !agent.text loc("order 1")
  %o2 = agent.tool "order"(%q) on "cpu" {agent.estimate = #agent.estimate<seconds = 0.3>} : !agent.text -> !agent.text loc("order 2")
  %slow = agent.tool "slow"(%q) idempotent on "cpu" {agent.estimate = #agent.estimate<seconds = 0.9>} : !agent.text -> !agent.text loc("slow")
  %e = agent.embed %q model "e" on "cpu" {agent.estimate = #agent.estimate<seconds = 0.02>} loc("embed")
  %s = agent.search %e index "docs" k 3 on "cpu" {agent.estimate = #agent.estimate<seconds = 0.03>} loc("search")
  %r = agent.transform "join"(%fast, %m, %w, %o1, %o2, %slow, %s) on "cpu" : (!agent.text, !agent.text, !agent.text, !agent.text, !agent.text, !agent.text, !agent.passages) -> !agent.value<"object"> loc("join")
  agent.yield %r : !agent.value<"object">
}
