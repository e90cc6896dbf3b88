/**
 * Step 5 of 6: continuous batching: which requests a device serves in its next iteration. Prompts are filled in chunks
 * between decode steps that all answers in progress share.
 */
@NullMarked
package io.agentopt.runtime.llm.batch;

import org.jspecify.annotations.NullMarked;
