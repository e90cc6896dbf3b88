/**
 * Step 5 of 6: choosing tokens from scores.
 */
@NullMarked
package io.agentopt.runtime.llm.sample;

import org.jspecify.annotations.NullMarked;
