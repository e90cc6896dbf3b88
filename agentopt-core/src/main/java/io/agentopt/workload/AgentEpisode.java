package io.agentopt.workload;

import java.util.List;

/**
 * What an agent asked of its model until a task was over: how often loops run and how prompts grow, for simulations of agents.
 *
 * @param task which task
 * @param trial which attempt at it
 * @param calls in order, at least one
 */
public record AgentEpisode(int task, int trial, List<Call> calls) {
    /**
     * One call of the model.
     *
     * @param promptTokens tokens of the prompt, the conversation so far included
     * @param outputTokens tokens of the answer
     * @param tool whether the answer calls a tool
     */
    public record Call(int promptTokens, int outputTokens, boolean tool) {
        public Call {
            if (promptTokens < 1 || outputTokens < 1) {
                throw new IllegalArgumentException("The prompt (" + promptTokens + " tokens) and the output ("
                        + outputTokens + " tokens) of a call must be at least 1 token each.");
            }
        }
    }

    public AgentEpisode {
        calls = List.copyOf(calls);
        if (calls.isEmpty()) {
            throw new IllegalArgumentException("The episode of task " + task + ", trial " + trial + " has no call.");
        }
    }
}
