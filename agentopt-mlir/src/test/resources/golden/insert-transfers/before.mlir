// A value that two ops of another device use is copied once for a block; results go back home; a loop's next state goes where its first was.
agent.graph @g(%q: !agent.text) -> !agent.text {
  %e = agent.embed %q model "e" on "gpu" loc("embed")
  %f = agent.embed %q model "f" on "gpu" loc("embed too")
  %s = agent.search %e index "docs" k 3 on "cpu" loc("search")
  %r = agent.loop %q max 5 expected 2.0 : !agent.text -> !agent.text {
  ^bb0(%state: !agent.text):
    %t = agent.transform "think"(%state, %q, %f) on "gpu" : (!agent.text, !agent.text, !agent.embedding) -> !agent.text loc("l/think")
    %d = agent.transform "done"(%t) on "gpu" : (!agent.text) -> i1 loc("l/done")
    agent.yield %d, %t, %t : i1, !agent.text, !agent.text
  } loc("l")
  %c = agent.transform "empty"(%s) on "cpu" : (!agent.passages) -> i1 loc("empty")
  %w = agent.when %c probability 0.5 -> !agent.text {
    agent.yield %r : !agent.text
  } else {
    agent.yield %q : !agent.text
  } loc("which")
  agent.yield %w : !agent.text
}
