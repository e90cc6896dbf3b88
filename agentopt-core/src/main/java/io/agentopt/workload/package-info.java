/** Step 1 of 6: what is asked of an agent: how often it is called and how fast it must answer. */
@NullMarked
package io.agentopt.workload;

import org.jspecify.annotations.NullMarked;
