module {
  agent.graph @support(%arg0: !agent.text) -> !agent.text attributes {sla = #agent.sla<percentile = 9.500000e+01, end_to_end = 2.500000e+00>} {
    %0 = agent.embed %arg0 model "embedder" on "H100" {agent.estimate = #agent.estimate<seconds = 1.000000e-02>}
    %1 = agent.search %0 index "policies" k 4 on "cpu"
    %2 = agent.transform "prompt"(%arg0, %1) on "cpu" : (!agent.text, !agent.passages) -> !agent.prompt
    %3 = agent.loop %2 max 4 expected 1.600000e+00 : !agent.prompt -> !agent.text {
    ^bb0(%arg1: !agent.prompt):
      %4 = agent.prefill %arg1 model "support-1" on "H100" {agent.estimate = #agent.estimate<seconds = 5.000000e-02>} : !agent.kv_cache<"support-1">
      %5 = agent.kv_transfer %4 from "H100" to "MI300X" : !agent.kv_cache<"support-1">
      %6 = agent.decode %5 model "support-1" max_tokens 128 sampling "greedy" deterministic on "MI300X" {agent.estimate = #agent.estimate<seconds = 8.000000e-01>} : !agent.kv_cache<"support-1">
      %7 = agent.transform "think/calls"(%6) on "cpu" : (!agent.completion) -> !agent.list
      %8 = agent.for_each %7 expected 6.000000e-01 : !agent.list -> !agent.list {
      ^bb0(%arg2: !agent.value<"object">):
        %12 = agent.tool "lookup"(%arg2) on "cpu" {agent.estimate = #agent.estimate<seconds = 2.000000e-01>} : !agent.value<"object"> -> !agent.value<"object">
        agent.yield %12 : !agent.value<"object">
      }
      %9 = agent.transform "think/done?"(%6) on "cpu" : (!agent.completion) -> i1
      %10 = agent.transform "think/text"(%6) on "cpu" : (!agent.completion) -> !agent.text
      %11 = agent.transform "think/append"(%arg1, %6, %8) on "cpu" : (!agent.prompt, !agent.completion, !agent.list) -> !agent.prompt
      agent.yield %9, %10, %11 : i1, !agent.text, !agent.prompt
    }
    agent.yield %3 : !agent.text
  }
}
