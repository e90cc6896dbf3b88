#ifndef AGENTOPT_CODEGEN_STACK_CHECK_H
#define AGENTOPT_CODEGEN_STACK_CHECK_H

#include <optional>
#include <string>

namespace llvm {
class Module;
}

namespace agentopt {

// What is wrong with the stack use of the module's functions, if anything: overflowing a Java thread's stack in native code ends the process.
std::optional<std::string> checkStack(llvm::Module &module);

} // namespace agentopt

#endif
