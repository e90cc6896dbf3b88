module {
  agent.graph @support(%arg0: !agent.text) -> !agent.text attributes {sla = #agent.sla<percentile = 9.500000e+01, end_to_end = 2.500000e+00>} {
    %0 = agent.transfer %arg0 from "cpu" to "H100" : !agent.text
    %1 = agent.embed %0 model "embedder" on "H100" {agent.estimate = #agent.estimate<seconds = 1.000000e-02>}
    %2 = agent.transfer %1 from "H100" to "cpu" : !agent.embedding
    %3 = agent.search %2 index "policies" k 4 on "cpu"
    %4 = agent.transform "prompt"(%arg0, %3) on "cpu" : (!agent.text, !agent.passages) -> !agent.prompt
    %5 = agent.loop %4 max 4 expected 1.600000e+00 : !agent.prompt -> !agent.text {
    ^bb0(%arg1: !agent.prompt):
      %6 = agent.transfer %arg1 from "cpu" to "H100" : !agent.prompt
      %7 = agent.prefill %6 model "support-1" on "H100" {agent.estimate = #agent.estimate<seconds = 5.000000e-02>} : !agent.kv_cache<"support-1">
      %8 = agent.kv_transfer %7 from "H100" to "MI300X" : !agent.kv_cache<"support-1">
      %9 = agent.decode %8 model "support-1" max_tokens 128 sampling "greedy" deterministic on "MI300X" {agent.estimate = #agent.estimate<seconds = 8.000000e-01>} : !agent.kv_cache<"support-1">
      %10 = agent.transfer %9 from "MI300X" to "cpu" : !agent.completion
      %11 = agent.transform "think/calls"(%10) on "cpu" : (!agent.completion) -> !agent.list
      %12 = agent.for_each %11 expected 6.000000e-01 : !agent.list -> !agent.list {
      ^bb0(%arg2: !agent.value<"object">):
        %16 = agent.tool "lookup"(%arg2) on "cpu" {agent.estimate = #agent.estimate<seconds = 2.000000e-01>} : !agent.value<"object"> -> !agent.value<"object">
        agent.yield %16 : !agent.value<"object">
      }
      %13 = agent.transform "think/done?"(%10) on "cpu" : (!agent.completion) -> i1
      %14 = agent.transform "think/text"(%10) on "cpu" : (!agent.completion) -> !agent.text
      %15 = agent.transform "think/append"(%arg1, %10, %12) on "cpu" : (!agent.prompt, !agent.completion, !agent.list) -> !agent.prompt
      agent.yield %13, %14, %15 : i1, !agent.text, !agent.prompt
    }
    agent.yield %5 : !agent.text
  }
}
