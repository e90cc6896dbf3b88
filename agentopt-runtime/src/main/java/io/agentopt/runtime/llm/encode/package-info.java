/**
 * Step 5 of 6: encoders: rows of tokens wait by length ({@link io.agentopt.runtime.llm.encode.LengthQueue}), those of several callers share runs ({@link
 * io.agentopt.runtime.llm.encode.EncoderLane}), a run is one call of the model ({@link io.agentopt.runtime.llm.encode.EncoderSession}). Embedders and
 * rerankers are made of these.
 */
@NullMarked
package io.agentopt.runtime.llm.encode;

import org.jspecify.annotations.NullMarked;
