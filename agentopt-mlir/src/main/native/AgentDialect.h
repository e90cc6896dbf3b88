// The generated classes of the agent dialect.
#ifndef AGENTOPT_AGENT_DIALECT_H
#define AGENTOPT_AGENT_DIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/ExtensibleDialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace agentopt {

bool isHostTensor(mlir::Type type);
bool isHostValue(mlir::Type type); // what an op may take from another and give to it

// An f64 without its type, as in `seconds = 1.2e-02`.
mlir::FailureOr<mlir::FloatAttr> parseNumber(mlir::AsmParser &parser);

} // namespace agentopt

#include "AgentDialect.h.inc"
#define GET_TYPEDEF_CLASSES
#include "AgentTypes.h.inc"
#define GET_ATTRDEF_CLASSES
#include "AgentAttributes.h.inc"
#define GET_OP_CLASSES
#include "AgentOps.h.inc"

#endif
