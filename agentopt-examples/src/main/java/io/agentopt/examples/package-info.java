/**
 * Step 6 of 6: programs that use the library as a user would. {@link io.agentopt.examples.HelloAgent} is the program of the
 * README, {@code support} the demonstration agent, {@code demo} what {@code ./build demo} runs.
 */
@NullMarked
package io.agentopt.examples;

import org.jspecify.annotations.NullMarked;
