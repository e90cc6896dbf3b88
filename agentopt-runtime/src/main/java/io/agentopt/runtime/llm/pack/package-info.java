/**
 * Step 5 of 6: models as folders: what a model is, its files, what its inputs and outputs are called.
 */
@NullMarked
package io.agentopt.runtime.llm.pack;

import org.jspecify.annotations.NullMarked;
