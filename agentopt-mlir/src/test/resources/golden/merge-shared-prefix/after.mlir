module {
  agent.graph @g(%arg0: !agent.prompt) -> !agent.value<"object"> {
    %0 = agent.transform "short"(%arg0) : (!agent.prompt) -> !agent.prompt
    %1 = agent.prefix %arg0 model "m" on "H100" {agent.estimate = #agent.estimate<seconds = 2.000000e-02>} : !agent.kv_prefix<"m">
    %2 = agent.prefill %arg0 behind %1 : !agent.kv_prefix<"m"> model "m" on "H100" : !agent.kv_cache<"m">
    %3 = agent.decode %2 model "m" max_tokens 9 sampling "greedy" deterministic on "H100" : !agent.kv_cache<"m">
    %4 = agent.prefill %arg0 behind %1 : !agent.kv_prefix<"m"> model "m" on "H100" : !agent.kv_cache<"m">
    %5 = agent.decode %4 model "m" max_tokens 9 sampling "temperature=0.7,top_k=0,top_p=1.0,seed=7" deterministic on "H100" : !agent.kv_cache<"m">
    %6 = agent.prefill %arg0 model "m" on "cpu" : !agent.kv_cache<"m">
    %7 = agent.decode %6 model "m" max_tokens 9 sampling "temperature=0.7,top_k=0,top_p=1.0,seed=8" deterministic on "cpu" : !agent.kv_cache<"m">
    %8 = agent.prefill %0 model "m" on "H100" : !agent.kv_cache<"m">
    %9 = agent.decode %8 model "m" max_tokens 9 sampling "greedy" deterministic on "H100" : !agent.kv_cache<"m">
    %10 = agent.prefill %0 model "m" on "H100" : !agent.kv_cache<"m">
    %11 = agent.decode %10 model "m" max_tokens 8 sampling "greedy" deterministic on "H100" : !agent.kv_cache<"m">
    %12 = agent.transform "join"(%3, %5, %7, %9, %11) : (!agent.completion, !agent.completion, !agent.completion, !agent.completion, !agent.completion) -> !agent.value<"object">
    agent.yield %12 : !agent.value<"object">
  }
}
