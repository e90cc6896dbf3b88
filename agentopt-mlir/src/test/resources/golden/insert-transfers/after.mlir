module {
  agent.graph @g(%arg0: !agent.text) -> !agent.text {
    %0 = agent.transfer %arg0 from "cpu" to "gpu" : !agent.text
    %1 = agent.embed %0 model "e" on "gpu"
    %2 = agent.embed %0 model "f" on "gpu"
    %3 = agent.transfer %1 from "gpu" to "cpu" : !agent.embedding
    %4 = agent.search %3 index "docs" k 3 on "cpu"
    %5 = agent.loop %arg0 max 5 expected 2.000000e+00 : !agent.text -> !agent.text {
    ^bb0(%arg1: !agent.text):
      %9 = agent.transfer %arg1 from "cpu" to "gpu" : !agent.text
      %10 = agent.transfer %arg0 from "cpu" to "gpu" : !agent.text
      %11 = agent.transform "think"(%9, %10, %2) on "gpu" : (!agent.text, !agent.text, !agent.embedding) -> !agent.text
      %12 = agent.transform "done"(%11) on "gpu" : (!agent.text) -> i1
      %13 = agent.transfer %11 from "gpu" to "cpu" : !agent.text
      agent.yield %12, %11, %13 : i1, !agent.text, !agent.text
    }
    %6 = agent.transform "empty"(%4) on "cpu" : (!agent.passages) -> i1
    %7 = agent.when %6 probability 5.000000e-01 -> !agent.text {
      agent.yield %5 : !agent.text
    } else {
      %9 = agent.transfer %arg0 from "cpu" to "gpu" : !agent.text
      agent.yield %9 : !agent.text
    }
    %8 = agent.transfer %7 from "gpu" to "cpu" : !agent.text
    agent.yield %8 : !agent.text
  }
}
