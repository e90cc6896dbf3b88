package io.agentopt.runtime.llm.sample;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.llm.batch.TokenChooser;
import io.agentopt.runtime.llm.error.LlmException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Chooses tokens from scores, for one request: it owns the random numbers. */
public final class Sampler implements TokenChooser {
    // exp(-30) is 1e-13 of the highest probability: below what the scores resolve, even summed over a vocabulary.
    private static final double NEGLIGIBLE = 30;

    private final Sampling sampling;
    private final SplittableRandom random;
    private float[] scores = new float[0];
    private long[] order = new long[0];

    public Sampler(Sampling sampling) {
        this.sampling = sampling;
        random = new SplittableRandom(sampling.seed());
    }

    @Override
    public boolean takesHighest() {
        return sampling.isGreedy();
    }

    @Override
    public int choose(MemorySegment logits, String owner) {
        int n = Math.toIntExact(logits.byteSize() / JAVA_FLOAT.byteSize());
        if (scores.length != n) scores = new float[n];
        MemorySegment.copy(logits, JAVA_FLOAT, 0, scores, 0, n);
        int best = highest(owner);
        return sampling.temperature() == 0 ? best : draw(scores[best]);
    }

    private int highest(String owner) {
        int best = 0;
        for (int i = 0; i < scores.length; i++) {
            if (Float.isNaN(scores[i]) || scores[i] == Float.POSITIVE_INFINITY) {
                throw new LlmException(
                        owner + " scored token " + i + " with " + scores[i] + ", so no token can be chosen. Its"
                                + " weights or precision overflow: use another precision of the model, or a shorter prompt.");
            }
            if (scores[i] > scores[best]) best = i;
        }
        if (scores[best] == Float.NEGATIVE_INFINITY)
            throw new LlmException(owner + " gave every token the score -Infinity.");
        return best;
    }

    private int draw(float highest) {
        int n = candidates(highest);
        if (sampling.topK() > 0 && n > sampling.topK()) n = sampling.topK();
        double total = 0;
        for (int i = 0; i < n; i++) total += weight(i, highest);
        if (sampling.topP() < 1) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += weight(i, highest);
                if (sum >= sampling.topP() * total) {
                    n = i + 1;
                    total = sum;
                    break;
                }
            }
        }
        double at = random.nextDouble() * total;
        for (int i = 0; i < n - 1; i++) {
            at -= weight(i, highest);
            if (at < 0) return token(order[i]);
        }
        return token(order[n - 1]);
    }

    // Fills order with what is not negligible, best first, equal scores by id: one long sorts both.
    private int candidates(float highest) {
        if (order.length != scores.length) order = new long[scores.length];
        int n = 0;
        for (int i = 0; i < scores.length; i++) {
            if ((highest - scores[i]) / sampling.temperature() > NEGLIGIBLE) continue;
            int bits = Float.floatToIntBits(scores[i] + 0f);
            int rising = bits ^ (bits >> 31 & 0x7FFFFFFF);
            order[n++] = (long) ~rising << 32 | i;
        }
        if (sampling.topK() > 0 || sampling.topP() < 1) Arrays.sort(order, 0, n);
        return n;
    }

    private double weight(int rank, float highest) {
        return Math.exp((scores[token(order[rank])] - highest) / sampling.temperature());
    }

    private static int token(long key) {
        return (int) key;
    }
}
