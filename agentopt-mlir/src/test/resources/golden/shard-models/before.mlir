// A model over four devices, one over one device, and one that somebody else hosts.
agent.graph @g(%p: !agent.prompt) -> !agent.value<"object"> {
  %k = agent.prefill %p model "m" on "H100" : !agent.kv_cache<"m"> loc("large")
  %a = agent.decode %k model "m" max_tokens 9 sampling "greedy" deterministic on "H100" : !agent.kv_cache<"m"> loc("large")
  %l = agent.prefill %p model "small" on "H100" : !agent.kv_cache<"small"> loc("small")
  %b = agent.decode %l model "small" max_tokens 9 sampling "greedy" deterministic on "H100" : !agent.kv_cache<"small"> loc("small")
  %c = agent.generate %p model "m" max_tokens 9 sampling "greedy" deterministic on "hosted" loc("away")
  %r = agent.transform "join"(%a, %b, %c) on "cpu" : (!agent.completion, !agent.completion, !agent.completion) -> !agent.value<"object"> loc("join")
  agent.yield %r : !agent.value<"object">
}
