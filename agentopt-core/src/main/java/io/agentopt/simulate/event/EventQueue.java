package io.agentopt.simulate.event;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Events in order of time; those of the same time in the order in which they were scheduled, so that a run repeats exactly. A binary heap over
 * arrays of primitives: scheduling makes no object. Not thread-safe.
 */
public final class EventQueue {
    private static final int FEWEST = 64;

    private double[] times = new double[FEWEST];
    private long[] orders = new long[FEWEST];
    private int[] tags = new int[FEWEST];
    private @Nullable Event[] events = new Event[FEWEST];
    private int size;
    private long scheduled;
    private double now;

    /** {@return the time of the event that happens or happened last, s; 0 before the first} */
    public double now() {
        return now;
    }

    /** {@return whether nothing is left to happen} */
    public boolean isEmpty() {
        return size == 0;
    }

    /** {@return the time of the next event, s; infinite without one} */
    public double nextSeconds() {
        return size == 0 ? Double.POSITIVE_INFINITY : times[0];
    }

    /**
     * Schedules an event.
     *
     * @param seconds when, s; not before {@link #now}
     * @param tag given to the event
     * @throws IllegalArgumentException if the time is before now or not finite
     */
    public void at(double seconds, Event event, int tag) {
        Objects.requireNonNull(event, "event");
        if (!(seconds >= now) || seconds == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("An event at " + seconds + " s cannot be scheduled at " + now
                    + " s of simulated time. Give a finite time that is not past.");
        }
        if (size == times.length) grow();
        long order = scheduled++;
        int i = size++;
        while (i > 0) {
            int parent = (i - 1) >>> 1;
            if (!before(seconds, order, times[parent], orders[parent])) break;
            move(parent, i);
            i = parent;
        }
        set(i, seconds, order, tag, event);
    }

    /** Schedules an event so many seconds from now. */
    public void after(double delaySeconds, Event event, int tag) {
        at(now + delaySeconds, event, tag);
    }

    /** Lets the next event happen; {@return false if there was none} */
    public boolean step() {
        if (size == 0) return false;
        double time = times[0];
        int tag = tags[0];
        Event event = Objects.requireNonNull(events[0]);
        removeFirst();
        now = time;
        event.happen(time, tag);
        return true;
    }

    /** Lets events happen until none is left. */
    public void run() {
        while (step()) {}
    }

    /** Lets all events up to a time happen, those at it included, and sets the clock to it. */
    public void runUntil(double seconds) {
        while (size > 0 && times[0] <= seconds) step();
        now = Math.max(now, seconds);
    }

    private void removeFirst() {
        int last = --size;
        double time = times[last];
        long order = orders[last];
        int tag = tags[last];
        Event event = Objects.requireNonNull(events[last]);
        events[last] = null;
        if (last == 0) return;
        int i = 0;
        for (int child = 1; child < last; child = 2 * i + 1) {
            if (child + 1 < last && before(times[child + 1], orders[child + 1], times[child], orders[child])) child++;
            if (!before(times[child], orders[child], time, order)) break;
            move(child, i);
            i = child;
        }
        set(i, time, order, tag, event);
    }

    private static boolean before(double time, long order, double otherTime, long otherOrder) {
        return time < otherTime || (time == otherTime && order < otherOrder);
    }

    private void move(int from, int to) {
        times[to] = times[from];
        orders[to] = orders[from];
        tags[to] = tags[from];
        events[to] = events[from];
    }

    private void set(int i, double time, long order, int tag, Event event) {
        times[i] = time;
        orders[i] = order;
        tags[i] = tag;
        events[i] = event;
    }

    private void grow() {
        int more = 2 * size;
        times = Arrays.copyOf(times, more);
        orders = Arrays.copyOf(orders, more);
        tags = Arrays.copyOf(tags, more);
        events = Arrays.copyOf(events, more);
    }
}
