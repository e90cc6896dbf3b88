package io.agentopt.runtime.llm.execute;

/**
 * How a row's next token follows from its scores, if from nothing else: candidates as {@code io.agentopt.operator.Sampling} says,
 * of which the first is taken, by id, at which the cumulative weight is above {@code uniform} times the weight of all.
 *
 * @param temperature 0 takes the highest score, the lowest id on a tie
 * @param topK 0 for all
 * @param topP 1 for all; then of what top-k leaves
 * @param minP 0 for all
 * @param uniform from 0 to 1 (excluded)
 * @param nextUniform of the token behind, for a step that is begun before it is asked for
 */
public record Draw(float temperature, int topK, float topP, float minP, float uniform, float nextUniform) {
    /** The token with the highest score. */
    public static final Draw HIGHEST = new Draw(0, 0, 1, 0, 0, 0);

    /** {@return whether the highest score is taken} */
    public boolean isHighest() {
        return temperature == 0;
    }

    /** {@return the draw of the token behind, as far as it is known: what comes behind that one is not} */
    Draw next() {
        return isHighest() ? this : new Draw(temperature, topK, topP, minP, nextUniform, nextUniform);
    }

    /** {@return whether both draw the same token from the same scores} */
    boolean drawsAs(Draw other) {
        return temperature == other.temperature
                && topK == other.topK
                && topP == other.topP
                && minP == other.minP
                && uniform == other.uniform;
    }
}
