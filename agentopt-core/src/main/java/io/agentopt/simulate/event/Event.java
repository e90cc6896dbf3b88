package io.agentopt.simulate.event;

/** Something that happens at a moment of simulated time. */
@FunctionalInterface
public interface Event {
    /**
     * Called once, at its time.
     *
     * @param seconds the time, s
     * @param tag what was given with it, so that one object can stand for many events
     */
    void happen(double seconds, int tag);
}
