// A chain of three; a function read twice; one on another device; one that has retries; one whose successor waits for a search as well.
agent.graph @g(%q: !agent.text) -> !agent.value<"object"> {
  %a = agent.transform "a"(%q) on "cpu" : (!agent.text) -> !agent.text loc("a")
  %b = agent.transform "b"(%a) on "cpu" : (!agent.text) -> !agent.text loc("b")
  %c = agent.transform "c"(%b, %q) on "cpu" : (!agent.text, !agent.text) -> !agent.text loc("c")
  %twice = agent.transform "a"(%c) on "cpu" : (!agent.text) -> !agent.text loc("twice")
  %d = agent.transform "d"(%twice) on "cpu" : (!agent.text) -> !agent.text loc("d")
  %e = agent.transform "e"(%twice) on "gpu" : (!agent.text) -> !agent.text loc("e")
  %again = agent.transform "f"(%d) on "cpu" : (!agent.text) -> !agent.text loc("again")
  %v = agent.embed %again model "e" on "cpu" loc("embed")
  %s = agent.search %v index "docs" k 3 on "cpu" loc("search")
  %early = agent.transform "g"(%q) on "cpu" : (!agent.text) -> !agent.text loc("early")
  %r = agent.transform "h"(%early, %s, %e) on "cpu" : (!agent.text, !agent.passages, !agent.text) -> !agent.value<"object"> loc("join")
  agent.yield %r : !agent.value<"object">
}
