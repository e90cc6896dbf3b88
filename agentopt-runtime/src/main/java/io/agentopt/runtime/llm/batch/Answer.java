package io.agentopt.runtime.llm.batch;

import io.agentopt.message.Completion.Finish;
import java.util.List;

/**
 * A finished answer.
 *
 * @param ids tokens, the stop token included
 * @param finish why it ended
 * @param firstNanos {@link System#nanoTime} of the first token
 * @param endNanos of the last
 * @param runSeconds the model's decode runs that it took part in
 * @param steps number of those runs
 */
public record Answer(List<Integer> ids, Finish finish, long firstNanos, long endNanos, double runSeconds, int steps) {}
