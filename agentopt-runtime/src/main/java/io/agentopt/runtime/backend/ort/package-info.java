/**
 * Step 5 of 6: ONNX Runtime through the foreign function interface. Owners of native memory ({@link
 * io.agentopt.runtime.backend.ort.OrtSession}, {@link io.agentopt.runtime.backend.ort.OrtTensor}, {@link
 * io.agentopt.runtime.backend.ort.OrtBinding}) are closeable, counted and checked in Java: a stale one is an
 * {@link java.lang.IllegalStateException}. Restricted calls live here and in {@code io.agentopt.runtime.device}.
 */
@NullMarked
package io.agentopt.runtime.backend.ort;

import org.jspecify.annotations.NullMarked;
