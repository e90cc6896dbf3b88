package io.agentopt.runtime.llm.batch;

import java.util.Set;

/**
 * What ends an answer, and who chooses its tokens.
 *
 * @param maxTokens longest answer, the stop token included
 * @param stops ids that end it
 */
public record AnswerSpec(int maxTokens, Set<Integer> stops, TokenChooser chooser) {
    public AnswerSpec {
        stops = Set.copyOf(stops);
    }
}
