/** Step 6 of 6: what {@code ./build bench NAME} runs, one bench a file. */
@NullMarked
package io.agentopt.benchmarks;

import org.jspecify.annotations.NullMarked;
