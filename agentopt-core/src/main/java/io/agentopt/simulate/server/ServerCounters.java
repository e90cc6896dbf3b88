package io.agentopt.simulate.server;

/** What a server counts. */
final class ServerCounters {
    long iterations;
    double busySeconds;
    double sequenceSeconds;
    long prefillTokens;
    long outputTokens;
    long prefixTokens;
    long prefixHitTokens;
    long preemptions;
    long finished;
    long refused;

    void iterations(int count, double seconds, int sequences, int prompts) {
        iterations += count;
        busySeconds += seconds;
        sequenceSeconds += seconds * sequences;
        prefillTokens += prompts;
    }

    ServerReport report(KvPool pool) {
        return new ServerReport(
                iterations,
                busySeconds,
                prefillTokens,
                outputTokens,
                sequenceSeconds,
                pool.capacity(),
                pool.peakInUse(),
                prefixTokens,
                prefixHitTokens,
                preemptions,
                finished,
                refused);
    }
}
