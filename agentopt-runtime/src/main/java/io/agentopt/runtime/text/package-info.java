/**
 * Step 5 of 6: text to tokens and back: tokenizers and chat templates. User text never becomes a special token.
 */
@NullMarked
package io.agentopt.runtime.text;

import org.jspecify.annotations.NullMarked;
