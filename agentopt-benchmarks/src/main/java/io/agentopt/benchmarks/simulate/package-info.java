/** Step 6 of 6: the simulator against a served log, closed forms and the clock, and plans against simulations. */
@NullMarked
package io.agentopt.benchmarks.simulate;

import org.jspecify.annotations.NullMarked;
