// What the graph library knows: the agent dialect, and passes that work on any dialect by its traits and effects.
#include "capi.h"

#include "mlir/Transforms/Passes.h"

void agentopt::loadDialects(MLIRContext &context) { context.loadDialect<AgentDialect>(); }

void agentopt::registerPasses() {
  registerCanonicalizerPass();
  registerCSEPass();
  registerInlinerPass();
  registerLoopInvariantCodeMotionPass();
  registerStripDebugInfoPass();
  registerSymbolDCEPass();
}
