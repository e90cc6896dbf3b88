package io.agentopt.runtime.runner;

import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Sampling;

/** Asks models that somebody else hosts. */
@FunctionalInterface
public interface EndpointRunner {
    /**
     * {@return what a model answers}
     *
     * @param model its name
     * @param maxTokens most tokens to generate
     */
    Completion complete(String model, Prompt prompt, int maxTokens, Sampling sampling) throws Exception;
}
