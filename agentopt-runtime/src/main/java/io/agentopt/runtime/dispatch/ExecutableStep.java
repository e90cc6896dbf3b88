package io.agentopt.runtime.dispatch;

import io.agentopt.plan.granular.OperatorId;
import io.agentopt.runtime.observe.StepKind;
import java.util.List;

/** A step that is ready to run: slots resolved, operator bound, inner blocks loaded. */
sealed interface ExecutableStep {
    /** {@return the path of the graph node} */
    String path();

    /** {@return the position of its result in the frame of its block} */
    int result();

    /**
     * {@return whether it may take long enough to be worth a thread of its own: models, search, tools, memories, and control
     * steps around such}
     */
    boolean heavy();

    /**
     * A step without blocks.
     *
     * @param attempts how often it may be tried, at least 1
     * @param timeoutNanos longest time of one attempt, 0 for none of its own
     */
    record Leaf(
            String path,
            int result,
            boolean heavy,
            OperatorId operator,
            StepKind kind,
            String device,
            List<Ref> operands,
            StepRunner.Action action,
            int attempts,
            long timeoutNanos)
            implements ExecutableStep {}

    record Loop(String path, int result, boolean heavy, int max, Ref initial, ExecutableBlock body)
            implements ExecutableStep {}

    record When(String path, int result, boolean heavy, Ref condition, ExecutableBlock then, ExecutableBlock otherwise)
            implements ExecutableStep {}

    record ForEach(String path, int result, boolean heavy, Ref list, ExecutableBlock body) implements ExecutableStep {}

    record Nested(String path, int result, boolean heavy, Ref input, ExecutableBlock body) implements ExecutableStep {}
}
