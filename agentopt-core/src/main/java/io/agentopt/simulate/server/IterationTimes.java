package io.agentopt.simulate.server;

/** How long one iteration of an engine takes. */
@FunctionalInterface
public interface IterationTimes {
    /**
     * {@return seconds of the iteration, above zero and finite}
     *
     * @param work what it does; valid during the call only
     */
    double seconds(IterationWork work);
}
