package io.agentopt.runtime.dispatch;

/** Time as runs see it: a monotonic reading, and alarms. Tests bring their own. */
public interface RunClock extends AutoCloseable {
    /** {@return a monotonic reading in nanoseconds; only differences mean anything, and they may wrap} */
    long nanos();

    /**
     * Calls something once the clock reads at least {@code atNanos}. The action is short and does not block.
     *
     * @return turns the alarm off
     */
    Alarm at(long atNanos, Runnable action);

    /** Ends the clock; alarms that are due later never ring. */
    @Override
    void close();

    /** An alarm that was set. */
    @FunctionalInterface
    interface Alarm {
        /** Turns it off; an alarm that rings just now may still do so. */
        void off();
    }

    /**
     * {@return the system's monotonic clock, with one daemon thread for alarms}
     *
     * @param owner for the thread's name
     */
    static RunClock system(String owner) {
        return new SystemClock(owner);
    }
}
