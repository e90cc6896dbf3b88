package io.agentopt.runtime.speech;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.llm.pack.SpeechTokens;
import io.agentopt.runtime.llm.sample.Sampler;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;

/**
 * The text of one window as it comes. Tokens are chosen among those that are not suppressed, with time stamps by {@link TimeRules} or without. A window whose text is improbable and of
 * which the model said that nobody speaks is taken for silence, by the thresholds of the {@link Fallback}.
 */
final class WindowText {
    private final SpeechTokens rules;
    private final Optional<TimeRules> times;
    private final Fallback fallback;
    private final double temperature;
    private final Sampler sampler;
    private final int most;
    private final List<Integer> tokens = new ArrayList<>();
    private double noSpeech;
    private double logProbability;
    private boolean ended;

    /**
     * @param times the rules of time stamps; empty for text alone
     * @param most tokens, at least 1
     */
    WindowText(SpeechTokens rules, Optional<TimeRules> times, Fallback fallback, Sampling sampling, int most) {
        this.rules = rules;
        this.times = times;
        this.fallback = fallback;
        temperature = sampling.temperature();
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
        if (times.isPresent()) times.get().apply(tokens, scores);
        else if (rules.noTimestamps().isPresent()) {
            int from = rules.noTimestamps().getAsInt();
            Arrays.fill(scores, from, scores.length, Float.NEGATIVE_INFINITY);
        }
        int token = sampler.choose(MemorySegment.ofArray(scores), owner);
        logProbability += scores[token] - logSum(scores);
        tokens.add(token);
        ended = token == rules.end();
    }

    private boolean isImprobable() {
        return logProbability / tokens.size() < fallback.leastLogProbability();
    }

    private boolean isSilent() {
        return noSpeech > fallback.noSpeechProbability() && isImprobable();
    }

    /** {@return whether the text, once over, should not be believed} */
    boolean isDoubtful(String text) {
        return !isSilent() && (isImprobable() || compression(text) > fallback.mostCompression());
    }

    /** {@return bytes of a text by its deflated bytes} */
    static double compression(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) return 1;
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(bytes);
            deflater.finish();
            byte[] room = new byte[1024];
            while (!deflater.finished()) deflater.deflate(room);
            return (double) bytes.length / deflater.getBytesWritten();
        }
    }

    List<Integer> tokens() {
        return tokens;
    }

    Transcription.Window window(Transcription.Span span) {
        return new Transcription.Window(span, tokens, !isSilent(), ended, temperature);
    }

    static double logSum(float[] scores) {
        float highest = Float.NEGATIVE_INFINITY;
        for (float s : scores) highest = Math.max(highest, s);
        double sum = 0;
        for (float s : scores) sum += Math.exp(s - highest);
        return highest + Math.log(sum);
    }
}
