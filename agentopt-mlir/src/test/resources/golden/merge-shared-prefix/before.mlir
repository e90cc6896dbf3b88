// Three samples of one prompt, one of them on another device; two of a prompt so short that copying does not pay.
agent.graph @g(%p: !agent.prompt) -> !agent.value<"object"> {
  %q = agent.transform "short"(%p) : (!agent.prompt) -> !agent.prompt loc("prompt")
  %ka = agent.prefill %p model "m" on "H100" {agent.estimate = #agent.estimate<seconds = 0.02>} : !agent.kv_cache<"m"> loc("a")
  %a = agent.decode %ka model "m" max_tokens 9 sampling "greedy" deterministic on "H100" : !agent.kv_cache<"m"> loc("a")
  %kb = agent.prefill %p model "m" on "H100" {agent.estimate = #agent.estimate<seconds = 0.03>} : !agent.kv_cache<"m"> loc("b")
  %b = agent.decode %kb model "m" max_tokens 9 sampling "temperature=0.7,top_k=0,top_p=1.0,seed=7" deterministic on "H100" : !agent.kv_cache<"m"> loc("b")
  %kc = agent.prefill %p model "m" on "cpu" : !agent.kv_cache<"m"> loc("c")
  %c = agent.decode %kc model "m" max_tokens 9 sampling "temperature=0.7,top_k=0,top_p=1.0,seed=8" deterministic on "cpu" : !agent.kv_cache<"m"> loc("c")
  %kd = agent.prefill %q model "m" on "H100" : !agent.kv_cache<"m"> loc("d")
  %d = agent.decode %kd model "m" max_tokens 9 sampling "greedy" deterministic on "H100" : !agent.kv_cache<"m"> loc("d")
  %ke = agent.prefill %q model "m" on "H100" : !agent.kv_cache<"m"> loc("e")
  %e = agent.decode %ke model "m" max_tokens 8 sampling "greedy" deterministic on "H100" : !agent.kv_cache<"m"> loc("e")
  %r = agent.transform "join"(%a, %b, %c, %d, %e) : (!agent.completion, !agent.completion, !agent.completion, !agent.completion, !agent.completion) -> !agent.value<"object"> loc("join")
  agent.yield %r : !agent.value<"object">
}
