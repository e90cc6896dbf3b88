package io.agentopt.benchmarks.kernels;

import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * One of those that run a case.
 *
 * @param name such as {@code Vector API}
 * @param run does the case's work once
 * @param error largest error of what the last run left, relative to a reference in double precision; empty for a ceiling
 */
record Contender(String name, Role role, Runnable run, Optional<DoubleSupplier> error) {
    static Contender ours(Runnable run, DoubleSupplier error) {
        return new Contender("ours", Role.OURS, run, Optional.of(error));
    }

    static Contender oursOnTwoThreads(Runnable run, DoubleSupplier error) {
        return new Contender("ours, 2 threads", Role.OURS_ON_TWO_THREADS, run, Optional.of(error));
    }

    static Contender peer(String name, Runnable run, DoubleSupplier error) {
        return new Contender(name, Role.PEER, run, Optional.of(error));
    }

    static Contender ceiling(String name, Runnable run) {
        return new Contender(name, Role.CEILING, run, Optional.empty());
    }

    static Contender ceilingOnTwoThreads(String name, Runnable run) {
        return new Contender(name + ", 2 threads", Role.CEILING_ON_TWO_THREADS, run, Optional.empty());
    }
}
