package io.agentopt.benchmarks.kernels;

/** What a contender of a case stands for. */
enum Role {
    /** Our compiled kernel on the calling thread. */
    OURS,
    /** Our compiled kernel on two threads. */
    OURS_ON_TWO_THREADS,
    /** Somebody else's, or a hand-written one, on one thread. */
    PEER,
    /** The reads, or reads and writes, of the case and nothing else, on one thread. */
    CEILING,
    /** The same on two threads. */
    CEILING_ON_TWO_THREADS
}
