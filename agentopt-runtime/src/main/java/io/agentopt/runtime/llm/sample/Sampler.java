package io.agentopt.runtime.llm.sample;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.llm.batch.TokenChooser;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.execute.Draw;
import io.agentopt.runtime.llm.grammar.FormattedAnswer;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Chooses tokens from scores, for one answer: it owns the random numbers and what it knows of the answer so far. {@link Sampling}
 * says in which order candidates are filtered; {@link Draw} how one of them is drawn, so that a device may do the same with the same
 * numbers.
 */
public final class Sampler implements TokenChooser {
    /** No log-probabilities. */
    public static final int NO_LOG_PROBS = -1;

    // exp(-30) is 1e-13 of the highest probability: below what the scores resolve, even summed over a vocabulary.
    private static final double NEGLIGIBLE = 30;
    private static final double COLDEST = 1e-30; // below, float32 has no reciprocal of a temperature
    private static final double[] REACHES = {3, 8, NEGLIGIBLE
    }; // below the highest: most draws need not sort more than the first

    private final Sampling sampling;
    private final Optional<TokenCounts> counts;
    private final Optional<FormattedAnswer> format;
    private final int logProbs;
    private final Queue<LogProbs> told = new ConcurrentLinkedQueue<>();
    private final SplittableRandom random;
    private final boolean drawable; // by a device
    private float uniform; // of the next token
    private float nextUniform; // of the one behind
    private float[] scores = new float[0];
    private long[] order = new long[0];
    private volatile boolean enough;

    /** Without a format and without log-probabilities. */
    public Sampler(Sampling sampling) {
        this(sampling, new int[0], Optional.empty(), NO_LOG_PROBS);
    }

    /**
     * @param prompt what came before the answer
     * @param format what the answer is held to
     * @param logProbs number of alternatives to give for each token; {@link #NO_LOG_PROBS} for no log-probabilities at all
     */
    public Sampler(Sampling sampling, int[] prompt, Optional<FormattedAnswer> format, int logProbs) {
        this.sampling = sampling;
        this.format = format;
        this.logProbs = logProbs;
        counts = sampling.penalties().isNone()
                ? Optional.empty()
                : Optional.of(new TokenCounts(sampling.penalties(), prompt));
        random = new SplittableRandom(sampling.seed());
        uniform = random.nextFloat();
        nextUniform = random.nextFloat();
        drawable = sampling.isGreedy()
                || (sampling.temperature() >= COLDEST && (sampling.topP() == 1 || sampling.minP() == 0));
    }

    /** Ends the answer with the next token; any thread may call. */
    public void end() {
        enough = true;
    }

    /** {@return of the next token that was not asked for yet, if log-probabilities are wanted; any thread may call} */
    public Optional<LogProbs> nextLogProbs() {
        return Optional.ofNullable(told.poll());
    }

    /** Empty too for top-p with min-p: devices apply min-p first, which leaves top-p another whole. */
    @Override
    public Optional<Draw> draw() {
        if (!drawable || logProbs != NO_LOG_PROBS || counts.isPresent()) return Optional.empty();
        if (!format.map(FormattedAnswer::isFree).orElse(true)) return Optional.empty();
        if (sampling.isGreedy()) return Optional.of(Draw.HIGHEST);
        return Optional.of(new Draw(
                (float) sampling.temperature(),
                sampling.topK(),
                (float) sampling.topP(),
                (float) sampling.minP(),
                uniform,
                nextUniform));
    }

    @Override
    public int choose(MemorySegment logits, String owner) {
        int n = Math.toIntExact(logits.byteSize() / JAVA_FLOAT.byteSize());
        if (scores.length != n) scores = new float[n];
        MemorySegment.copy(logits, JAVA_FLOAT, 0, scores, 0, n);
        int best = highest(owner);
        if (format.isPresent() || counts.isPresent()) best = adjusted(owner);
        int token = sampling.isGreedy() ? best : draw(scores[best]);
        taken(token);
        if (logProbs >= 0) {
            MemorySegment.copy(logits, JAVA_FLOAT, 0, scores, 0, n);
            told.add(LogProbs.of(scores, token, logProbs));
        }
        return token;
    }

    @Override
    public void taken(int token) {
        if (counts.isPresent()) counts.get().add(token);
        if (format.isPresent()) format.get().take(token);
        uniform = nextUniform;
        nextUniform = random.nextFloat();
    }

    @Override
    public boolean isFinished() {
        return enough || (format.isPresent() && format.get().isOver());
    }

    private int adjusted(String owner) {
        if (format.isPresent() && !format.get().mask(scores)) {
            throw new LlmException(owner + " has no token that keeps to the output format here. Its tokenizer lacks a"
                    + " letter that the format needs: ask for another format.");
        }
        if (counts.isPresent()) counts.get().lower(scores);
        return highest(owner);
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
        int n = filtered(highest);
        for (int i = 0; i < n; i++) order[i] = token(order[i]);
        Arrays.sort(order, 0, n); // by id, as devices draw
        double total = 0;
        for (int i = 0; i < n; i++) total += weight(i, highest);
        double aim = uniform * total, sum = 0;
        for (int i = 0; i < n - 1; i++) {
            sum += weight(i, highest);
            if (sum > aim) return token(order[i]);
        }
        return token(order[n - 1]);
    }

    // Fills order with the candidates; best first, equal scores by id, if their rank matters. Returns their number.
    private int filtered(float highest) {
        boolean ranked = sampling.topK() > 0 || sampling.topP() < 1;
        double least = sampling.minP() > 0 ? Math.min(NEGLIGIBLE, -Math.log(sampling.minP())) : NEGLIGIBLE;
        if (!ranked) return within(least, highest);
        int k = sampling.topK() > 0 ? sampling.topK() : Integer.MAX_VALUE;
        double all = sampling.topK() == 0 ? mass(highest) : 0;
        for (double reach : REACHES) {
            int n = within(reach, highest);
            if (n < k && sampling.topK() > 0 && reach < NEGLIGIBLE) continue;
            Arrays.sort(order, 0, n);
            n = Math.min(n, k);
            if (sampling.topP() < 1) {
                double total = all;
                if (sampling.topK() > 0) for (int i = 0; i < n; i++) total += weight(i, highest);
                int kept = reaching(sampling.topP() * total, n, highest);
                if (kept > n && reach < NEGLIGIBLE) continue;
                n = Math.min(n, kept);
            }
            while (n > 1 && (highest - scores[token(order[n - 1])]) / sampling.temperature() > least) n--;
            return n;
        }
        throw new IllegalStateException("The last reach holds every candidate.");
    }

    // How many of the best it takes to reach a mass; n + 1 if n do not.
    private int reaching(double mass, int n, float highest) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += weight(i, highest);
            if (sum >= mass) return i + 1;
        }
        return n + 1;
    }

    private double mass(float highest) {
        double total = 0;
        for (float score : scores) {
            double below = (highest - score) / sampling.temperature();
            if (below <= NEGLIGIBLE) total += Math.exp(-below);
        }
        return total;
    }

    // One long sorts by score and id.
    private int within(double reach, float highest) {
        if (order.length != scores.length) order = new long[scores.length];
        int n = 0;
        for (int i = 0; i < scores.length; i++) {
            if ((highest - scores[i]) / sampling.temperature() > reach) continue;
            int bits = Float.floatToIntBits(scores[i] + 0f);
            int rising = bits ^ (bits >> 31 & 0x7FFFFFFF);
            order[n++] = (long) ~rising << 32 | i;
        }
        return n;
    }

    private double weight(int rank, float highest) {
        return Math.exp((scores[token(order[rank])] - highest) / sampling.temperature());
    }

    private static int token(long key) {
        return (int) key;
    }
}
