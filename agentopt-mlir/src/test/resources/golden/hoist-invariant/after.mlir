module {
  agent.graph @g(%arg0: !agent.text) -> !agent.text {
    %0 = agent.embed %arg0 model "e"
    %1 = agent.search %0 index "docs" k 3
    %2 = agent.rerank %arg0, %1 model "cross" k 2
    %3 = agent.tool "lookup"(%arg0) idempotent : !agent.text -> !agent.text
    %4 = agent.loop %arg0 max 5 expected 2.000000e+00 : !agent.text -> !agent.text {
    ^bb0(%arg1: !agent.text):
      %5 = agent.tool "order"(%arg0) : !agent.text -> !agent.text
      %6 = agent.memory_load %arg0 store "notes" : !agent.text -> !agent.text
      %7 = agent.memory_store %arg0, %arg1 store "notes" : !agent.text, !agent.text -> !agent.text
      %8 = agent.transform "done"(%arg1) : (!agent.text) -> i1
      %9 = agent.transform "next"(%arg1, %2, %3, %5, %6) : (!agent.text, !agent.passages, !agent.text, !agent.text, !agent.text) -> !agent.text
      agent.yield %8, %9, %9 : i1, !agent.text, !agent.text
    }
    agent.yield %4 : !agent.text
  }
}
