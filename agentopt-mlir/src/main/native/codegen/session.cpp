// A session of the code generation library: its registry and its passes.
#include "../session.h"
#include "registration.h"

using namespace agentopt;

void agentopt::loadDialects(MLIRContext &context) {
  static const DialectRegistry *registry = [] {
    auto *all = new DialectRegistry();
    insertDialects(*all);
    insertTransformExtensions(*all);
    insertTranslations(*all);
    return all;
  }();
  context.appendDialectRegistry(*registry);
}

const bool agentopt::PASSES_FOLLOW_OPS = false;

void agentopt::registerPasses() {
  registerCommonPasses();
  registerConversions();
  registerOwnPasses();
}

namespace agentopt {
extern const char *const version; // written by build.sh
}

// Tells one build of the library from another: what it compiles may differ.
EXPORT char *agentoptVersion(int64_t *length) { return copy(version, length); }

// Frees a module and its session; neither where LLVM gave up in the middle of them.
EXPORT void agentoptSessionClose(void *p, void *module) {
  if (session(p)->broken) return;
  onDeepStack([&] {
    if (module) operation(module)->erase();
    delete session(p);
  });
}
