/**
 * Step 4 of 6: lower (the IR in Java). Contexts, modules, ops, values and types over native MLIR, safe to misuse: a closed owner, a stale handle, a
 * wrong index or thread is an exception, never a crash.
 *
 * <p>Ownership: {@link io.agentopt.mlir.ir.MlirContext} owns everything and is used by the thread that made it; {@link io.agentopt.mlir.ir.MlirModule}
 * owns its ops. {@link io.agentopt.mlir.ir.Op}, Region, Block and Value are borrowed and live in an <em>epoch</em>: each run of a pass ends it, since
 * native passes free and reuse ops without telling. Types live as long as their context.
 */
@NullMarked
package io.agentopt.mlir.ir;

import org.jspecify.annotations.NullMarked;
