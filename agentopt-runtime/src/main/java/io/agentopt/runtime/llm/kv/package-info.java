/**
 * Step 5 of 6: keys and values of decoders: where they lie on a device, how they are copied, remembered for later prompts,
 * and handed to other devices and processes.
 */
@NullMarked
package io.agentopt.runtime.llm.kv;

import org.jspecify.annotations.NullMarked;
