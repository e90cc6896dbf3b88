// Apart, on one device, on one device where the prefill is too short for a step of its own, and on a hosted endpoint.
agent.graph @g(%p: !agent.prompt) -> !agent.value<"object"> {
  %a = agent.generate %p model "m" max_tokens 9 sampling "greedy" deterministic loc("apart")
  %b = agent.generate %p model "m" max_tokens 8 sampling "greedy" deterministic loc("together")
  %c = agent.generate %p model "tiny" max_tokens 7 sampling "greedy" deterministic loc("short")
  %d = agent.generate %p model "m" max_tokens 6 sampling "temperature=0.7,top_k=0,top_p=1.0,seed=7" deterministic loc("away")
  %r = agent.transform "join"(%a, %b, %c, %d) : (!agent.completion, !agent.completion, !agent.completion, !agent.completion) -> !agent.value<"object"> loc("join")
  agent.yield %r : !agent.value<"object">
}
