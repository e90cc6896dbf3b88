/**
 * Step 1 of 6: the values that flow through an agent: prompts, completions, tool calls and their results, passages.
 * Immutable records; every other package may use them.
 */
@NullMarked
package io.agentopt.message;

import org.jspecify.annotations.NullMarked;
