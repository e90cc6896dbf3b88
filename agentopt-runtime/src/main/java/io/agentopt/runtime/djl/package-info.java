/**
 * Step 5 of 6: models of DJL engines (PyTorch, TensorFlow, ONNX Runtime, ...) as runners of steps: {@link io.agentopt.runtime.djl.DjlModel} runs one, {@link
 * io.agentopt.runtime.djl.DjlRunners} makes it an embedder, a reranker, a recogniser or an inference. Needs ai.djl:api and the engine's own library.
 */
@NullMarked
package io.agentopt.runtime.djl;

import org.jspecify.annotations.NullMarked;
