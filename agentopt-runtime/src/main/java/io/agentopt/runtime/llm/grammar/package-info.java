/**
 * Step 5 of 6: holding answers to a format: an {@link io.agentopt.operator.OutputFormat} becomes a {@link
 * io.agentopt.runtime.llm.grammar.Grammar} over bytes, and that, over a vocabulary, the tokens that may come next.
 */
@NullMarked
package io.agentopt.runtime.llm.grammar;

import org.jspecify.annotations.NullMarked;
