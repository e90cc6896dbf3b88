// The generated classes of the agent dialect.
#ifndef AGENTOPT_AGENT_DIALECT_H
#define AGENTOPT_AGENT_DIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "AgentDialect.h.inc"
#define GET_TYPEDEF_CLASSES
#include "AgentTypes.h.inc"
#define GET_OP_CLASSES
#include "AgentOps.h.inc"

#endif
