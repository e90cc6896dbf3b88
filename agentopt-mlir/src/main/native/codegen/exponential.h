#pragma once

#include "mlir/IR/PatternMatch.h"

namespace agentopt {

// Rewrites math.exp2 of f32 and of vectors of it into a polynomial and a shift.
void populateExponentialPatterns(mlir::RewritePatternSet &patterns);

} // namespace agentopt
