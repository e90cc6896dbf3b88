module {
  agent.graph @g(%arg0: !agent.text) -> !agent.value<"object"> {
    %0 = agent.embed %arg0 model "e"
    %1 = agent.search %0 index "docs" k 3
    %2 = agent.tool "lookup"(%arg0) idempotent : !agent.text -> !agent.text
    %3 = agent.tool "order"(%arg0) : !agent.text -> !agent.text
    %4 = agent.tool "order"(%arg0) : !agent.text -> !agent.text
    %5 = agent.memory_load %arg0 store "notes" : !agent.text -> !agent.text
    %6 = agent.memory_store %arg0, %3 store "notes" : !agent.text, !agent.text -> !agent.text
    %7 = agent.memory_load %arg0 store "notes" : !agent.text -> !agent.text
    %8 = agent.transform "join"(%1, %1, %2, %2, %5, %5, %7) : (!agent.passages, !agent.passages, !agent.text, !agent.text, !agent.text, !agent.text, !agent.text) -> !agent.value<"object">
    agent.yield %8 : !agent.value<"object">
  }
}
