/**
 * Step 4 of 6: keep what was lowered. A {@link io.agentopt.compiled.CompiledPlan} is one file with all that running a plan needs beside the models and
 * the user's own code; it loads on machines that have no compiler. docs/compiled-plans.md has the format.
 */
@NullMarked
package io.agentopt.compiled;

import org.jspecify.annotations.NullMarked;
