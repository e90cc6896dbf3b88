module {
  agent.graph @g(%arg0: !agent.text) -> !agent.list attributes {sla = #agent.sla<percentile = 9.500000e+01, end_to_end = 2.500000e+00>} {
    %0 = agent.embed %arg0 model "e" on "H100" {agent.estimate = #agent.estimate<seconds = 2.000000e-02>}
    %1 = agent.search %0 index "docs" k 3 on "cpu" {agent.estimate = #agent.estimate<seconds = 3.000000e-02>}
    %2 = agent.for_each %1 expected 3.000000e+00 : !agent.passages -> !agent.list {
    ^bb0(%arg1: !agent.value<"object">):
      %3 = agent.tool "lookup"(%arg1) idempotent on "cpu" : !agent.value<"object"> -> !agent.value<"object">
      %4 = agent.memory_load %3 store "notes" on "cpu" : !agent.value<"object"> -> !agent.value<"object">
      %5 = agent.memory_store %3, %4 store "notes" on "cpu" : !agent.value<"object">, !agent.value<"object"> -> !agent.value<"object">
      agent.yield %5 : !agent.value<"object">
    }
    agent.yield %2 : !agent.list
  }
}
