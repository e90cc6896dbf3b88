/**
 * Step 5 of 6: any ONNX file as a step: {@link io.agentopt.runtime.infer.InferEngine} takes and gives tensors by the model's names, requests that
 * wait share runs ({@link io.agentopt.runtime.infer.InferLane}) if a trial allows it ({@link io.agentopt.runtime.infer.RowTrial}), {@link
 * io.agentopt.runtime.infer.TensorFormat} says which of a graph's tensors stand for which of a model's.
 */
@NullMarked
package io.agentopt.runtime.infer;

import org.jspecify.annotations.NullMarked;
