// Two uses of one specification share a symbol; a symbol that is taken is not taken again; a kernel that has a symbol keeps it.
agent.kernel_decl @softmax "softmax{n=8,type=f32}"
agent.graph @g(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %a = agent.kernel "layer_norm{d=8,type=f32}"(%x) : (tensor<?x8xf32>) -> tensor<?x8xf32> loc("a")
  %b = agent.kernel "layer_norm{d=8,type=f32}"(%a) : (tensor<?x8xf32>) -> tensor<?x8xf32> loc("b")
  %c = agent.kernel "softmax{n=4,type=f32}"(%b) : (tensor<?x8xf32>) -> tensor<?x8xf32> loc("c")
  %d = agent.kernel @softmax(%c) : (tensor<?x8xf32>) -> tensor<?x8xf32> loc("d")
  %e = agent.kernel "softmax{n=8,type=f32}"(%d) : (tensor<?x8xf32>) -> tensor<?x8xf32> loc("e")
  agent.yield %e : tensor<?x8xf32>
}
