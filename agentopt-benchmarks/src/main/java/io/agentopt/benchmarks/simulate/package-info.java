/** Step 6 of 6: the simulator against a served log, against closed forms, and against the clock. */
@NullMarked
package io.agentopt.benchmarks.simulate;

import org.jspecify.annotations.NullMarked;
