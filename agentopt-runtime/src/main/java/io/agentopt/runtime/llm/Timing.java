package io.agentopt.runtime.llm;

/**
 * Where the time of an answer went, in seconds.
 *
 * @param prefill the model's runs over the prompt, as far as its beginning was not known; 0 if its cache was read from a channel
 * @param firstToken from the call of prefill to the first token (TTFT): waiting for a slot and the lane, prefill, transfers
 * @param decode from the first token to the last
 * @param runs the model's runs within decode; the rest of decode is choosing tokens, waiting for the lane and our own work
 * @param steps number of those runs
 * @param reused tokens of the prompt whose keys and values were known, so that the model did not run over them
 */
public record Timing(double prefill, double firstToken, double decode, double runs, int steps, int reused) {
    /** {@return seconds per token after the first (TPOT); 0 for answers of one token} */
    public double perToken() {
        return steps == 0 ? 0 : decode / steps;
    }
}
