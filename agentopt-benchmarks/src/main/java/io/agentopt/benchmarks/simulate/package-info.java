/** Step 6 of 6: what {@code ./build bench simulate} runs: simulations against closed forms, and plans against simulations. */
@NullMarked
package io.agentopt.benchmarks.simulate;

import org.jspecify.annotations.NullMarked;
