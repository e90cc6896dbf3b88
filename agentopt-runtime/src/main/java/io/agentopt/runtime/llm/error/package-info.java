/**
 * Step 5 of 6: what a request to a language model can fail with. Each is of one request; others go on.
 */
@NullMarked
package io.agentopt.runtime.llm.error;

import org.jspecify.annotations.NullMarked;
