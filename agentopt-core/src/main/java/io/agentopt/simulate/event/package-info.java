/** Step 3 of 6: simulated time: events in order, and stations that serve one customer after the other. */
@NullMarked
package io.agentopt.simulate.event;

import org.jspecify.annotations.NullMarked;
