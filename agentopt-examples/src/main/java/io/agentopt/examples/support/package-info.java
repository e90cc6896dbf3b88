/**
 * Step 6 of 6: the demonstration agent, an order-support desk with a policy index and seven tools, and the held-out questions
 * that it is scored on.
 */
@NullMarked
package io.agentopt.examples.support;

import org.jspecify.annotations.NullMarked;
