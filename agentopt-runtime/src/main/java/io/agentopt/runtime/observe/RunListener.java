package io.agentopt.runtime.observe;

/**
 * Hears what happens in runs, on the threads that do it, so it must be quick and safe for concurrent use. What it throws is logged once
 * and never reaches a run.
 */
@FunctionalInterface
public interface RunListener {
    /** Called for each event of each run; the events of one step come in order. */
    void on(RunEvent event);

    /** {@return whether anything is listening; without, the dispatcher makes no events and reads no clock} */
    default boolean isListening() {
        return true;
    }

    /** {@return a listener that hears nothing} */
    static RunListener none() {
        return Listeners.NONE;
    }

    /** {@return listeners as one, each kept from harming the others and the run} */
    static RunListener all(Iterable<? extends RunListener> listeners) {
        return Listeners.of(listeners);
    }
}
