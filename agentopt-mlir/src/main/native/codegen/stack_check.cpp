#include "stack_check.h"

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

using namespace llvm;

// Half of what the JVM gives a thread by default.
constexpr uint64_t MOST_BYTES = 512 << 10;

// A buffer whose length is known only when the kernel runs is let through outside of loops: bounding it is the kernel definition's task.
static std::optional<std::string> check(Function &function) {
  DominatorTree dominators(function);
  LoopInfo loops(dominators);
  uint64_t bytes = 0;
  for (Instruction &instruction : instructions(function)) {
    auto *slot = dyn_cast<AllocaInst>(&instruction);
    if (!slot) continue;
    if (!slot->isStaticAlloca() && loops.getLoopFor(slot->getParent()))
      return "'" + function.getName().str() + "' takes memory from the stack in a loop, in which it would grow: move the memref.alloca before the loop";
    if (auto size = slot->getAllocationSize(function.getParent()->getDataLayout()); size && !size->isScalable()) bytes += size->getFixedValue();
  }
  if (bytes <= MOST_BYTES) return std::nullopt;
  return "'" + function.getName().str() + "' takes " + std::to_string(bytes) + " bytes from the stack, and at most " + std::to_string(MOST_BYTES) +
         " are safe on a Java thread: pass scratch memory as a buffer";
}

std::optional<std::string> agentopt::checkStack(Module &module) {
  for (Function &function : module)
    if (!function.isDeclaration())
      if (auto problem = check(function)) return problem;
  return std::nullopt;
}
