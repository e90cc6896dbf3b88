/**
 * Step 1 of 6: JSON schemas of what a model may answer: {@link io.agentopt.operator.schema.JsonSchema}, the subset that answers can be
 * held to while they are generated.
 */
@NullMarked
package io.agentopt.operator.schema;

import org.jspecify.annotations.NullMarked;
