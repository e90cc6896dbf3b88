#ifndef AGENTOPT_CODEGEN_TARGETS_H
#define AGENTOPT_CODEGEN_TARGETS_H

namespace agentopt {

// Registers LLVM's code generators that this library has: X86, NVPTX, AMDGPU. Once in a process.
void initializeTargets();

} // namespace agentopt

#endif
