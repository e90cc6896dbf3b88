// What a session of the code generation library starts with. In parts, so that a change recompiles one of them.
#ifndef AGENTOPT_CODEGEN_REGISTRATION_H
#define AGENTOPT_CODEGEN_REGISTRATION_H

#include "mlir/IR/DialectRegistry.h"

namespace agentopt {

void insertDialects(mlir::DialectRegistry &registry);
void insertTransformExtensions(mlir::DialectRegistry &registry);
void insertTranslations(mlir::DialectRegistry &registry);

void registerCommonPasses();
void registerConversions();
void registerOwnPasses();

} // namespace agentopt

#endif
