#ifndef AGENTOPT_CODEGEN_ENTRY_H
#define AGENTOPT_CODEGEN_ENTRY_H

namespace llvm {
class Module;
}

namespace agentopt {

// Gives each kernel agentopt_NAME a function agentopt_NAME.entry(i64 begin, i64 end, ptr lengths, ptr buffer, ...), which is what Java calls, and makes
// the kernel itself private to it. False when there is no kernel.
bool addEntries(llvm::Module &module);

} // namespace agentopt

#endif
