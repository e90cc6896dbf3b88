module {
  agent.graph @g(%arg0: !agent.prompt) -> !agent.value<"object"> {
    %0 = agent.prefill %arg0 model "m" on "H100" shards 4 : !agent.kv_cache<"m">
    %1 = agent.decode %0 model "m" max_tokens 9 sampling "greedy" deterministic on "H100" shards 4 : !agent.kv_cache<"m">
    %2 = agent.all_reduce %1 by "sum" over 4 on "H100" : !agent.completion
    %3 = agent.prefill %arg0 model "small" on "H100" : !agent.kv_cache<"small">
    %4 = agent.decode %3 model "small" max_tokens 9 sampling "greedy" deterministic on "H100" : !agent.kv_cache<"small">
    %5 = agent.generate %arg0 model "m" max_tokens 9 sampling "greedy" deterministic on "hosted"
    %6 = agent.transform "join"(%2, %4, %5) on "cpu" : (!agent.completion, !agent.completion, !agent.completion) -> !agent.value<"object">
    agent.yield %6 : !agent.value<"object">
  }
}
