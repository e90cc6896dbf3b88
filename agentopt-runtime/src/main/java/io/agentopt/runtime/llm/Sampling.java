package io.agentopt.runtime.llm;

/**
 * How the next token is chosen from the model's scores.
 *
 * @param temperature divides the scores; 0 takes the highest, equal scores by lowest id
 * @param topK only this many highest are considered; 0 for all
 * @param topP only the highest whose probabilities sum to this are considered; 1 for all
 * @param seed of the random numbers; equal seeds give equal texts
 */
public record Sampling(double temperature, int topK, double topP, long seed) {
    public Sampling {
        if (!(temperature >= 0 && temperature <= 100)) throw invalid("temperature", temperature, "between 0 and 100");
        if (topK < 0) throw invalid("topK", topK, "0 (all) or more");
        if (!(topP > 0 && topP <= 1)) throw invalid("topP", topP, "above 0 and at most 1");
    }

    /** {@return always the most probable token} */
    public static Sampling greedy() {
        return new Sampling(0, 0, 1, 0);
    }

    /** {@return random by the model's probabilities} */
    public static Sampling random(double temperature, long seed) {
        return new Sampling(temperature, 0, 1, seed);
    }

    private static IllegalArgumentException invalid(String name, Object value, String range) {
        return new IllegalArgumentException("The " + name + " (" + value + ") of a sampling must be " + range + ".");
    }
}
