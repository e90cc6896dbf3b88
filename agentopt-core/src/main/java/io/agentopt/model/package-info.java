/**
 * Step 1 of 6: the models that an agent calls, as numbers: {@link io.agentopt.model.ModelSpec} (layers, heads, widths,
 * precisions) and the packaged {@link io.agentopt.model.ModelCatalog}. Nothing here loads weights.
 */
@NullMarked
package io.agentopt.model;

import org.jspecify.annotations.NullMarked;
