package io.agentopt.runtime.speech;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.llm.pack.SpeechTokens;
import io.agentopt.runtime.llm.sample.Sampler;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The text of one window as it comes. Tokens are chosen among those that are neither suppressed nor time stamps. A window whose text is improbable and of
 * which the model said that nobody speaks is taken for silence, by Whisper's two thresholds (Radford et al. 2022, section 4.5).
 */
final class WindowText {
    private static final double NO_SPEECH_PROBABILITY = 0.6;
    private static final double MEAN_LOG_PROBABILITY = -1;

    private final SpeechTokens rules;
    private final Sampler sampler;
    private final int most;
    private final List<Integer> tokens = new ArrayList<>();
    private double noSpeech;
    private double logProbability;
    private boolean ended;

    /** @param most tokens, at least 1 */
    WindowText(SpeechTokens rules, Sampling sampling, int most) {
        this.rules = rules;
        this.most = most;
        sampler = new Sampler(sampling);
    }

    /** Hears how the start token was followed, which says whether there is speech. */
    void begin(float[] scores) {
        if (rules.noSpeech().isPresent())
            noSpeech = Math.exp(scores[rules.noSpeech().getAsInt()] - logSum(scores));
    }

    boolean isOver() {
        return ended || tokens.size() >= most;
    }

    /** {@return the token to go on with; of a window that is over, one that does no harm} */
    int last() {
        return isOver() || tokens.isEmpty() ? rules.end() : tokens.getLast();
    }

    /**
     * Takes the next token, unless this is over.
     *
     * @param scores of the vocabulary; overwritten
     * @param owner of the scores, for errors
     */
    void take(float[] scores, String owner) {
        if (isOver()) return;
        for (int id : rules.suppressed()) scores[id] = Float.NEGATIVE_INFINITY;
        if (tokens.isEmpty()) for (int id : rules.beginSuppressed()) scores[id] = Float.NEGATIVE_INFINITY;
        if (rules.noTimestamps().isPresent()) {
            int from = rules.noTimestamps().getAsInt();
            Arrays.fill(scores, from, scores.length, Float.NEGATIVE_INFINITY);
        }
        int token = sampler.choose(MemorySegment.ofArray(scores), owner);
        logProbability += scores[token] - logSum(scores);
        tokens.add(token);
        ended = token == rules.end();
    }

    Transcription.Window window() {
        boolean silent = noSpeech > NO_SPEECH_PROBABILITY && logProbability / tokens.size() < MEAN_LOG_PROBABILITY;
        return new Transcription.Window(tokens, !silent, ended);
    }

    static double logSum(float[] scores) {
        float highest = Float.NEGATIVE_INFINITY;
        for (float s : scores) highest = Math.max(highest, s);
        double sum = 0;
        for (float s : scores) sum += Math.exp(s - highest);
        return highest + Math.log(sum);
    }
}
