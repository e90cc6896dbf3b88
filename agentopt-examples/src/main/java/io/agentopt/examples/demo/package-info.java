/** Step 6 of 6: what {@code ./build demo} runs, one section a file. */
@NullMarked
package io.agentopt.examples.demo;

import org.jspecify.annotations.NullMarked;
