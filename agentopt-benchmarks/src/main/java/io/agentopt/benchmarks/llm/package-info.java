/** Step 6 of 6: what the LLM engine costs beside the model itself, and what batching and prefix reuse bring: {@code ./build bench llm}. */
@NullMarked
package io.agentopt.benchmarks.llm;

import org.jspecify.annotations.NullMarked;
