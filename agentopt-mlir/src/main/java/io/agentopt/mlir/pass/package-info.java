/**
 * Step 4 of 6: lower (passes). Pipelines of MLIR's own passes and passes written in Java, with the verifier on after each and an observer that sees the IR
 * between them.
 */
@NullMarked
package io.agentopt.mlir.pass;

import org.jspecify.annotations.NullMarked;
