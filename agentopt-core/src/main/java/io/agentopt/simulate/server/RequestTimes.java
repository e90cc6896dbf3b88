package io.agentopt.simulate.server;

/**
 * When what happened to a request, s of simulated time.
 *
 * @param arrival it came to the server
 * @param scheduled its first token was first worked on
 * @param firstToken the first token was out; on a server that only decodes, the first that it made
 * @param finished the last token was out; on a server that only prefills, its KV entries were handed over
 */
public record RequestTimes(double arrival, double scheduled, double firstToken, double finished) {
    /** {@return time to first token, s} */
    public double timeToFirstToken() {
        return firstToken - arrival;
    }

    /** {@return from arrival to the last token, s} */
    public double endToEnd() {
        return finished - arrival;
    }

    /** {@return from arrival to the first iteration, s} */
    public double queueWait() {
        return scheduled - arrival;
    }
}
