/**
 * Step 5 of 6: language models in process: a {@link io.agentopt.runtime.llm.pack.ModelPack} is read from a folder, an {@link
 * io.agentopt.runtime.llm.LlmEngine} prefills a {@link io.agentopt.runtime.llm.KvCache} and decodes from it, an {@link
 * io.agentopt.runtime.llm.EmbedEngine} turns texts into vectors.
 */
@NullMarked
package io.agentopt.runtime.llm;

import org.jspecify.annotations.NullMarked;
