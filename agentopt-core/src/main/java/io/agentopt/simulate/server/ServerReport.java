package io.agentopt.simulate.server;

/**
 * What a server did so far.
 *
 * @param iterations of the engine, those underway not included
 * @param busySeconds time in them, s
 * @param prefillTokens tokens of prompts computed, again after a preemption included
 * @param outputTokens tokens made
 * @param sequenceSeconds running sequences times time in iterations: over {@code busySeconds} it is the mean batch, s
 * @param kvBlocks blocks that it has
 * @param kvPeakBlocks most blocks in use by running sequences and hand-overs at a time
 * @param prefixTokens tokens of prompts that were looked up in the prefix cache
 * @param prefixHitTokens tokens among them that were found
 * @param preemptions sequences that lost their blocks to others
 * @param finished requests that ended with all tokens
 * @param refused requests that ended without
 */
public record ServerReport(
        long iterations,
        double busySeconds,
        long prefillTokens,
        long outputTokens,
        double sequenceSeconds,
        int kvBlocks,
        int kvPeakBlocks,
        long prefixTokens,
        long prefixHitTokens,
        long preemptions,
        long finished,
        long refused) {
    /** {@return share of a time in which the server worked} */
    public double utilisation(double seconds) {
        return busySeconds / seconds;
    }

    /** {@return sequences in an iteration, by time; 0 before the first} */
    public double meanBatch() {
        return busySeconds == 0 ? 0 : sequenceSeconds / busySeconds;
    }

    /** {@return share of prompt tokens found in the prefix cache; 0 if none was looked up} */
    public double prefixHitRate() {
        return prefixTokens == 0 ? 0 : (double) prefixHitTokens / prefixTokens;
    }
}
