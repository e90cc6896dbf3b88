package io.agentopt.simulate.event;

import java.util.ArrayDeque;
import java.util.Objects;

/** Customers served in the order in which they come, by one or several equal servers: a tool, an encoder, a host. Not thread-safe. */
public final class FcfsStation {
    private final EventQueue queue;
    private final int servers;
    private final ArrayDeque<Customer> waiting = new ArrayDeque<>();
    private int busy;
    private double busySeconds;

    private record Customer(double serviceSeconds, Event done, int tag) {}

    /**
     * A station without customers.
     *
     * @param servers how many serve at a time, at least 1
     */
    public FcfsStation(EventQueue queue, int servers) {
        this.queue = Objects.requireNonNull(queue, "queue");
        if (servers < 1) {
            throw new IllegalArgumentException("The servers (" + servers + ") of a station must be at least 1.");
        }
        this.servers = servers;
    }

    /**
     * A customer comes now.
     *
     * @param serviceSeconds how long it is served, s
     * @param done happens when it was served
     */
    public void submit(double serviceSeconds, Event done, int tag) {
        if (!(serviceSeconds >= 0) || Double.isInfinite(serviceSeconds)) {
            throw new IllegalArgumentException(
                    "The service time (" + serviceSeconds + " s) of a customer must be finite and not negative.");
        }
        waiting.add(new Customer(serviceSeconds, done, tag));
        serve();
    }

    /** {@return customers in service} */
    public int busy() {
        return busy;
    }

    /** {@return customers that wait} */
    public int waiting() {
        return waiting.size();
    }

    /** {@return time of service given or begun, of all servers together, s} */
    public double busySeconds() {
        return busySeconds;
    }

    private void serve() {
        while (busy < servers && !waiting.isEmpty()) {
            Customer next = waiting.remove();
            busy++;
            busySeconds += next.serviceSeconds;
            queue.after(next.serviceSeconds, (seconds, tag) -> leave(next, seconds), 0);
        }
    }

    private void leave(Customer customer, double seconds) {
        busy--;
        serve();
        customer.done.happen(seconds, customer.tag);
    }
}
