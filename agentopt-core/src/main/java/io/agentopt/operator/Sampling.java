package io.agentopt.operator;

import java.util.Locale;

/**
 * How the next token is chosen from the logits. Always reproducible: greedy, or drawn with a seed. All greedy ones are equal.
 *
 * @param temperature 0 is greedy; otherwise logits are divided by it
 * @param topK only the k most likely tokens are candidates; 0 means all
 * @param topP only the most likely tokens that together reach this probability are candidates; 1 means all
 * @param seed of the random draws; the same seed and prompt give the same tokens
 */
public record Sampling(double temperature, int topK, double topP, long seed) {
    private static final Sampling GREEDY = new Sampling(0, 0, 1, 0);

    public Sampling {
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("The temperature (" + temperature + ") must be 0 (greedy) or positive.");
        }
        if (topK < 0) throw new IllegalArgumentException("The topK (" + topK + ") must be 0 (all tokens) or positive.");
        if (!(topP > 0 && topP <= 1)) throw new IllegalArgumentException("The topP (" + topP + ") must be in (0, 1].");
        if (temperature == 0) { // greedy has one form, whatever the rest says
            temperature = 0;
            topK = 0;
            topP = 1;
            seed = 0;
        }
    }

    /** {@return always the most likely token; the lowest id on a tie} */
    public static Sampling greedy() {
        return GREEDY;
    }

    /** {@return draws from the distribution at a temperature} */
    public static Sampling seeded(double temperature, long seed) {
        return new Sampling(temperature, 0, 1, seed);
    }

    /** {@return whether the most likely token is always taken} */
    public boolean isGreedy() {
        return temperature == 0;
    }

    /** {@return the one-line form used in IR and files, such as {@code temperature=0.7,top_k=0,top_p=1.0,seed=7}} */
    public String text() {
        if (isGreedy()) return "greedy";
        return String.format(Locale.ROOT, "temperature=%s,top_k=%d,top_p=%s,seed=%d", temperature, topK, topP, seed);
    }

    /**
     * Reads {@link #text()} back.
     *
     * @throws IllegalArgumentException if the text is not of that form
     */
    public static Sampling parse(String text) {
        if (text.equals("greedy")) return GREEDY;
        try {
            String[] parts = text.split(",", -1);
            if (parts.length > 4) throw new NumberFormatException(parts[4]);
            return new Sampling(
                    Double.parseDouble(field(parts[0], "temperature")),
                    Integer.parseInt(field(parts[1], "top_k")),
                    Double.parseDouble(field(parts[2], "top_p")),
                    Long.parseLong(field(parts[3], "seed")));
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    "The sampling \"" + text
                            + "\" is neither \"greedy\" nor \"temperature=..,top_k=..,top_p=..,seed=..\".",
                    e);
        }
    }

    private static String field(String part, String name) {
        if (!part.startsWith(name + "=")) throw new NumberFormatException(part);
        return part.substring(name.length() + 1);
    }
}
