/**
 * Step 4 of 6: lower (native border). The only package that makes restricted calls. Handles are raw {@code long}s here and nowhere else in a
 * public signature: {@link io.agentopt.mlir.ir} wraps them and checks that they are alive before each call. Not for users, except
 * {@link io.agentopt.mlir.ffi.Mlir#availability()}.
 */
@NullMarked
package io.agentopt.mlir.ffi;

import org.jspecify.annotations.NullMarked;
