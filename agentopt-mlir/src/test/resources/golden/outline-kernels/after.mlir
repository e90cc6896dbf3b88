module {
  agent.kernel_decl @layer_norm "layer_norm{d=8,type=f32}"
  agent.kernel_decl @softmax_1 "softmax{n=4,type=f32}"
  agent.kernel_decl @softmax "softmax{n=8,type=f32}"
  agent.graph @g(%arg0: tensor<?x8xf32>) -> tensor<?x8xf32> {
    %0 = agent.kernel @layer_norm(%arg0) : (tensor<?x8xf32>) -> tensor<?x8xf32>
    %1 = agent.kernel @layer_norm(%0) : (tensor<?x8xf32>) -> tensor<?x8xf32>
    %2 = agent.kernel @softmax_1(%1) : (tensor<?x8xf32>) -> tensor<?x8xf32>
    %3 = agent.kernel @softmax(%2) : (tensor<?x8xf32>) -> tensor<?x8xf32>
    %4 = agent.kernel @softmax(%3) : (tensor<?x8xf32>) -> tensor<?x8xf32>
    agent.yield %4 : tensor<?x8xf32>
  }
}
