/**
 * Step 5 of 6: writes small ONNX models without a protobuf library, for smoke tests of devices, for tests and benchmarks.
 */
@NullMarked
package io.agentopt.runtime.backend.onnx;

import org.jspecify.annotations.NullMarked;
