package io.agentopt.operator;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * How an answer's tokens are chosen from the logits. Always reproducible: greedy, or drawn with a seed.
 *
 * <p>The order is that of Hugging Face Transformers: what does not keep to the format is taken out, then penalties, temperature,
 * top-k, top-p over what top-k leaves, min-p.
 *
 * @param temperature 0 is greedy; otherwise logits are divided by it
 * @param topK only the k most likely tokens are candidates; 0 means all
 * @param topP only the most likely tokens that together reach this probability are candidates; 1 means all
 * @param minP only tokens with at least this fraction of the highest probability are candidates; 0 means all
 * @param penalties what lowers the scores of tokens that came before
 * @param seed of the random draws; the same seed and prompt give the same tokens
 * @param stops texts that end an answer in words; they are not part of it. JSON that a format asks for is not cut by them
 * @param format what the answer must look like
 */
public record Sampling(
        double temperature,
        int topK,
        double topP,
        double minP,
        Penalties penalties,
        long seed,
        List<String> stops,
        OutputFormat format) {
    private static final Sampling GREEDY = new Sampling(0, 0, 1, 0);

    public Sampling {
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("The temperature (" + temperature + ") must be 0 (greedy) or positive.");
        }
        if (topK < 0) throw new IllegalArgumentException("The topK (" + topK + ") must be 0 (all tokens) or positive.");
        if (!(topP > 0 && topP <= 1)) throw new IllegalArgumentException("The topP (" + topP + ") must be in (0, 1].");
        if (!(minP >= 0 && minP <= 1)) throw new IllegalArgumentException("The minP (" + minP + ") must be in [0, 1].");
        Objects.requireNonNull(penalties, "penalties");
        Objects.requireNonNull(format, "format");
        stops = List.copyOf(stops);
        if (stops.contains("")) throw new IllegalArgumentException("A stop text must not be empty.");
        if (temperature == 0) { // greedy has one form, whatever the rest says
            temperature = 0;
            topK = 0;
            topP = 1;
            minP = 0;
            seed = 0;
        }
        minP += 0.0; // -0 is 0
    }

    /** A way to choose without penalties, stop texts and format. */
    public Sampling(double temperature, int topK, double topP, long seed) {
        this(temperature, topK, topP, 0, Penalties.NONE, seed, List.of(), OutputFormat.free());
    }

    /** {@return always the most likely token; the lowest id on a tie} */
    public static Sampling greedy() {
        return GREEDY;
    }

    /** {@return draws from the distribution at a temperature} */
    public static Sampling seeded(double temperature, long seed) {
        return new Sampling(temperature, 0, 1, seed);
    }

    /** {@return this with another min-p} */
    public Sampling minP(double fraction) {
        return new Sampling(temperature, topK, topP, fraction, penalties, seed, stops, format);
    }

    /** {@return this with penalties} */
    public Sampling penalties(Penalties other) {
        return new Sampling(temperature, topK, topP, minP, other, seed, stops, format);
    }

    /** {@return this with texts that end the answer} */
    public Sampling stoppingAt(String... texts) {
        return new Sampling(temperature, topK, topP, minP, penalties, seed, List.of(texts), format);
    }

    /** {@return this with what the answer must look like} */
    public Sampling format(OutputFormat other) {
        return new Sampling(temperature, topK, topP, minP, penalties, seed, stops, other);
    }

    /** {@return whether the most likely token that the format leaves is always taken} */
    public boolean isGreedy() {
        return temperature == 0;
    }

    /**
     * {@return the one-line form used in IR and files, such as {@code temperature=0.7,top_k=0,top_p=1.0,seed=7}}; what does nothing
     * is left out, except these four
     */
    public String text() {
        if (equals(GREEDY)) return "greedy";
        StringBuilder out = new StringBuilder(
                String.format(Locale.ROOT, "temperature=%s,top_k=%d,top_p=%s,seed=%d", temperature, topK, topP, seed));
        if (minP > 0) out.append(",min_p=").append(minP);
        if (penalties.repetition() != 1) out.append(",repetition_penalty=").append(penalties.repetition());
        if (penalties.frequency() != 0) out.append(",frequency_penalty=").append(penalties.frequency());
        if (penalties.presence() != 0) out.append(",presence_penalty=").append(penalties.presence());
        if (!stops.isEmpty()) out.append(",stop=").append(SamplingReader.json(stops));
        if (!format.isFree()) out.append(",format=").append(format.text());
        return out.toString();
    }

    /**
     * Reads {@link #text()} back.
     *
     * @throws IllegalArgumentException if the text is not of that form
     */
    public static Sampling parse(String text) {
        return text.equals("greedy") ? GREEDY : SamplingReader.read(text);
    }
}
