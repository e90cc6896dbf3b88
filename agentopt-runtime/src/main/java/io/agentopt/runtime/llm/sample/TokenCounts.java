package io.agentopt.runtime.llm.sample;

import io.agentopt.operator.Penalties;
import java.util.Arrays;

/** Tokens that came before, and what they lower. */
final class TokenCounts {
    private final Penalties penalties;
    private int[] counts = new int[0]; // of the answer, by id; -1 if not seen at all, 0 if only in the prompt
    private int[] seen = new int[64];
    private int size;

    TokenCounts(Penalties penalties, int[] prompt) {
        this.penalties = penalties;
        for (int token : prompt) see(token);
    }

    /** One more token of the answer. */
    void add(int token) {
        see(token);
        counts[token]++;
    }

    private void see(int token) {
        if (token >= counts.length) {
            int before = counts.length;
            counts = Arrays.copyOf(counts, Math.max(token + 1, 2 * before));
            Arrays.fill(counts, before, counts.length, -1);
        }
        if (counts[token] >= 0) return;
        counts[token] = 0;
        if (size == seen.length) seen = Arrays.copyOf(seen, 2 * size);
        seen[size++] = token;
    }

    void lower(float[] scores) {
        for (int i = 0; i < size; i++) {
            int token = seen[i];
            if (token >= scores.length) continue;
            double score = scores[token];
            if (penalties.repetition() != 1)
                score = score > 0 ? score / penalties.repetition() : score * penalties.repetition();
            int count = counts[token];
            if (count > 0) score -= count * penalties.frequency() + penalties.presence();
            scores[token] = (float) score;
        }
    }
}
