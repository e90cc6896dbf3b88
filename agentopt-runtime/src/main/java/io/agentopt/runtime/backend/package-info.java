/**
 * Step 5 of 6: what every device needs whatever drives it: one lane (a thread that owns the device) and tokens that cancel
 * work in flight. {@code ort} binds ONNX Runtime, {@code onnx} writes small ONNX models.
 */
@NullMarked
package io.agentopt.runtime.backend;

import org.jspecify.annotations.NullMarked;
