package io.agentopt.runtime.runner;

import java.util.List;

/** Does what a custom operator does that has no function of its own. */
@FunctionalInterface
public interface CustomRunner {
    /** {@return the result, of the class that the operator declares, from its inputs in port order} */
    Object run(List<Object> inputs) throws Exception;
}
