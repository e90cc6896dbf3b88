module {
  agent.graph @g(%arg0: !agent.text) -> !agent.value<"object"> {
    %0 = agent.fused(%arg0) on "cpu" : (!agent.text) -> !agent.text {
    ^bb0(%arg1: !agent.text):
      %8 = agent.transform "a"(%arg1) : (!agent.text) -> !agent.text
      %9 = agent.transform "b"(%8) : (!agent.text) -> !agent.text
      %10 = agent.transform "c"(%9, %arg1) : (!agent.text, !agent.text) -> !agent.text
      %11 = agent.transform "a"(%10) : (!agent.text) -> !agent.text
      agent.yield %11 : !agent.text
    }
    %1 = agent.transform "d"(%0) on "cpu" : (!agent.text) -> !agent.text
    %2 = agent.transform "e"(%0) on "gpu" : (!agent.text) -> !agent.text
    %3 = agent.transform "f"(%1) on "cpu" : (!agent.text) -> !agent.text
    %4 = agent.embed %3 model "e" on "cpu"
    %5 = agent.search %4 index "docs" k 3 on "cpu"
    %6 = agent.transform "g"(%arg0) on "cpu" : (!agent.text) -> !agent.text
    %7 = agent.transform "h"(%6, %5, %2) on "cpu" : (!agent.text, !agent.passages, !agent.text) -> !agent.value<"object">
    agent.yield %7 : !agent.value<"object">
  }
}
