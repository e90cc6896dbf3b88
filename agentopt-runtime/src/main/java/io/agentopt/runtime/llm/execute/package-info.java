/**
 * Step 5 of 6: decoders on devices: appending tokens to rows of a cache, one prompt or many answers at a time. What is
 * appended when is decided elsewhere.
 */
@NullMarked
package io.agentopt.runtime.llm.execute;

import org.jspecify.annotations.NullMarked;
