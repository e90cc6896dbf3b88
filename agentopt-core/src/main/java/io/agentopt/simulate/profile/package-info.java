/** Step 3 of 6: how long an iteration of an engine takes, from profiles of its operators or from the cost model. */
@NullMarked
package io.agentopt.simulate.profile;

import org.jspecify.annotations.NullMarked;
