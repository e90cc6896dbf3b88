package io.agentopt.runtime.llm.sample;

import java.util.List;

/**
 * What the model thought of a token: natural logarithms of probabilities, from its scores as they are, before format, penalties,
 * temperature and filters.
 *
 * @param chosen of the token that was taken
 * @param best of the most likely ones, best first, equal ones by id
 */
public record LogProbs(double chosen, List<Scored> best) {
    /**
     * A token and its logarithm.
     *
     * @param token id
     */
    public record Scored(int token, double logProb) {}

    public LogProbs {
        best = List.copyOf(best);
    }

    static LogProbs of(float[] scores, int chosen, int n) {
        double highest = Double.NEGATIVE_INFINITY;
        for (float s : scores) highest = Math.max(highest, s);
        double sum = 0;
        for (float s : scores) sum += Math.exp(s - highest);
        double total = highest + Math.log(sum);
        int[] best = new int[Math.min(n, scores.length)];
        int found = 0;
        for (int i = 0; i < scores.length && best.length > 0; i++) {
            if (found == best.length && !(scores[i] > scores[best[found - 1]])) continue;
            int at = found < best.length ? found++ : found - 1;
            for (; at > 0 && scores[i] > scores[best[at - 1]]; at--) best[at] = best[at - 1];
            best[at] = i;
        }
        return new LogProbs(
                scores[chosen] - total,
                java.util.Arrays.stream(best)
                        .mapToObj(i -> new Scored(i, scores[i] - total))
                        .toList());
    }
}
