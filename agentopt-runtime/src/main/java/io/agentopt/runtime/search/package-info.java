/**
 * Step 5 of 6: exact search over vectors in memory.
 */
@NullMarked
package io.agentopt.runtime.search;

import org.jspecify.annotations.NullMarked;
