package io.agentopt.cost.engine;

/**
 * Requests that an engine serves together.
 *
 * @param promptTokens tokens of each prompt
 * @param outputTokens tokens of each completion, at least 1
 * @param batch requests at a time
 */
public record EngineLoad(int promptTokens, int outputTokens, int batch) {
    public EngineLoad {
        if (promptTokens < 1 || outputTokens < 1 || batch < 1) {
            throw new IllegalArgumentException("A load of " + batch + " requests of " + promptTokens + " prompt and "
                    + outputTokens + " output tokens needs at least one of each.");
        }
    }
}
