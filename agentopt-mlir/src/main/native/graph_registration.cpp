// What the graph library knows: the agent dialect, and passes that work on any dialect by its traits and effects.
#include "capi.h"

#include "mlir/Transforms/Passes.h"

// A context made without threads still locks its tables of types and attributes, which takes a tenth of the time that writing a graph does.
void agentopt::loadDialects(MLIRContext &context) {
  context.disableMultithreading();
  context.loadDialect<AgentDialect>();
}

const bool agentopt::PASSES_FOLLOW_OPS = true;

void agentopt::registerPasses() {
  registerCanonicalizerPass();
  registerCSEPass();
  registerInlinerPass();
  registerLoopInvariantCodeMotionPass();
  registerStripDebugInfoPass();
  registerSymbolDCEPass();
}
