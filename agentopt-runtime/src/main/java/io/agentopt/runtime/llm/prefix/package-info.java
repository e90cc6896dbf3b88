/**
 * Step 5 of 6: what is remembered of prompts, so that those that begin alike (a system prompt, earlier turns) are read once.
 */
@NullMarked
package io.agentopt.runtime.llm.prefix;

import org.jspecify.annotations.NullMarked;
