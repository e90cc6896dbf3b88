module {
  agent.graph @g(%arg0: !agent.prompt) -> !agent.value<"object"> {
    %0 = agent.prefill %arg0 model "m" on "H100" {agent.estimate = #agent.estimate<seconds = 2.000000e-02>} : !agent.kv_cache<"m">
    %1 = agent.kv_transfer %0 from "H100" to "MI300X" : !agent.kv_cache<"m">
    %2 = agent.decode %1 model "m" max_tokens 9 sampling "greedy" deterministic on "MI300X" {agent.estimate = #agent.estimate<seconds = 5.000000e-01>} : !agent.kv_cache<"m">
    %3 = agent.prefill %arg0 model "m" on "H100" {agent.estimate = #agent.estimate<seconds = 2.000000e-02>} : !agent.kv_cache<"m">
    %4 = agent.decode %3 model "m" max_tokens 8 sampling "greedy" deterministic on "H100" {agent.estimate = #agent.estimate<seconds = 5.000000e-01>} : !agent.kv_cache<"m">
    %5 = agent.generate %arg0 model "tiny" max_tokens 7 sampling "greedy" deterministic on "H100" {agent.estimate = #agent.estimate<seconds = 5.001000e-01>}
    %6 = agent.endpoint %arg0 at "hosted" model "m" max_tokens 6 sampling "temperature=0.7,top_k=0,top_p=1.0,seed=7" deterministic on "hosted"
    %7 = agent.transform "join"(%2, %4, %5, %6) : (!agent.completion, !agent.completion, !agent.completion, !agent.completion) -> !agent.value<"object">
    agent.yield %7 : !agent.value<"object">
  }
}
