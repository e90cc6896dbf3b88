package io.agentopt.runtime.llm.batch;

/**
 * A prompt in a row.
 *
 * @param reused positions that came from the prefix cache
 * @param seconds the model's runs over the rest
 */
public record Prefilled(Sequence sequence, int reused, double seconds) {}
