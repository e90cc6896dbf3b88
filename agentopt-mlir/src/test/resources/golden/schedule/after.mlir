module {
  agent.graph @g(%arg0: !agent.text) -> !agent.value<"object"> {
    %0 = agent.tool "slow"(%arg0) idempotent on "cpu" {agent.estimate = #agent.estimate<seconds = 9.000000e-01>} : !agent.text -> !agent.text
    %1 = agent.tool "order"(%arg0) on "cpu" {agent.estimate = #agent.estimate<seconds = 1.000000e-02>} : !agent.text -> !agent.text
    %2 = agent.tool "order"(%arg0) on "cpu" {agent.estimate = #agent.estimate<seconds = 3.000000e-01>} : !agent.text -> !agent.text
    %3 = agent.embed %arg0 model "e" on "cpu" {agent.estimate = #agent.estimate<seconds = 2.000000e-02>}
    %4 = agent.search %3 index "docs" k 3 on "cpu" {agent.estimate = #agent.estimate<seconds = 3.000000e-02>}
    %5 = agent.tool "fast"(%arg0) idempotent on "cpu" {agent.estimate = #agent.estimate<seconds = 1.000000e-02>} : !agent.text -> !agent.text
    %6 = agent.memory_load %arg0 store "notes" on "cpu" : !agent.text -> !agent.text
    %7 = agent.memory_store %arg0, %arg0 store "notes" on "cpu" : !agent.text, !agent.text -> !agent.text
    %8 = agent.transform "join"(%5, %6, %7, %1, %2, %0, %4) on "cpu" : (!agent.text, !agent.text, !agent.text, !agent.text, !agent.text, !agent.text, !agent.passages) -> !agent.value<"object">
    agent.yield %8 : !agent.value<"object">
  }
}
