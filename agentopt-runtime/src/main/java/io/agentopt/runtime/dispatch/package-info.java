/**
 * Step 5 of 6: run. {@link io.agentopt.runtime.dispatch.Dispatcher} executes a {@link io.agentopt.program.Program}: the program is
 * loaded once into executable blocks whose dependency counts are known, and each run walks them with frames of its own.
 *
 * <p>Processing order: {@code ProgramLoader} makes {@code ExecutableBlock}s, ordered by data and by {@code Effects}; a
 * {@code RunState} carries one run; its {@code Worker}s (one virtual thread each) walk the blocks, straight stretches inline, and
 * fork at fan-out; a {@link io.agentopt.runtime.dispatch.StepRunner} does what the leaf steps say.
 */
@NullMarked
package io.agentopt.runtime.dispatch;

import org.jspecify.annotations.NullMarked;
