module {
  agent.graph @support(%arg0: !agent.text) -> !agent.text {
    %0 = agent.embed %arg0 model "embedder"
    %1 = agent.search %0 index "policies" k 4
    %2 = agent.transform "prompt"(%arg0, %1) : (!agent.text, !agent.passages) -> !agent.prompt
    %3 = agent.loop %2 max 4 expected 1.600000e+00 : !agent.prompt -> !agent.text {
    ^bb0(%arg1: !agent.prompt):
      %4 = agent.generate %arg1 model "support-1" max_tokens 128 sampling "greedy" deterministic
      %5 = agent.transform "think/calls"(%4) : (!agent.completion) -> !agent.list
      %6 = agent.for_each %5 expected 6.000000e-01 : !agent.list -> !agent.list {
      ^bb0(%arg2: !agent.value<"object">):
        %10 = agent.tool "lookup"(%arg2) : !agent.value<"object"> -> !agent.value<"object">
        agent.yield %10 : !agent.value<"object">
      }
      %7 = agent.transform "think/done?"(%4) : (!agent.completion) -> i1
      %8 = agent.transform "think/text"(%4) : (!agent.completion) -> !agent.text
      %9 = agent.transform "think/append"(%arg1, %4, %6) : (!agent.prompt, !agent.completion, !agent.list) -> !agent.prompt
      agent.yield %7, %8, %9 : i1, !agent.text, !agent.prompt
    }
    agent.yield %3 : !agent.text
  }
}
