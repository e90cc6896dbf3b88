package io.agentopt.runtime.dispatch;

import io.agentopt.program.Step;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Does what the leaf steps of a program say. Control steps (loop, when, for-each, nested) are the dispatcher's. */
@FunctionalInterface
public interface StepRunner {
    /**
     * Prepares a leaf step, once, when a program is loaded. All that is missing is found here and not in the middle of a run.
     *
     * @param step a step without blocks
     * @throws IllegalArgumentException if something that the step needs is missing; the message names the node and what is known
     */
    Action bind(Step step);

    /** A leaf step that is ready to run, by any number of runs at a time. */
    @FunctionalInterface
    interface Action {
        /**
         * Runs the step, on the calling thread.
         *
         * @param operands values in the order of {@link Step#operands()}, none null
         * @param context of the run and the attempt
         * @return the result; null is reported as the node's failure
         */
        @Nullable
        Object run(List<Object> operands, StepContext context) throws Exception;
    }
}
