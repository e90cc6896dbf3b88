package io.agentopt.cost.engine;

/**
 * When an engine prefills the prompts that wait, and with it how many prefills of others a request sees while it decodes. Take a closed loop
 * of b requests of equal lengths, each of which sends its next one when it ends; every request prefills once a cycle.
 */
public enum PrefillScheduling {
    /** Prompts ride on decode steps (chunked prefill): what others prefill, all b - 1 of them, falls into the decode. */
    MIXED(1),
    /**
     * Prompts go before any decode step. Requests that start together then decode and end together, and the next ones queue together: of
     * the other prefills half fall into the wait for the first token, and half into the decode, on average.
     */
    FIRST(0.5);

    private final double duringDecode;

    PrefillScheduling(double duringDecode) {
        this.duringDecode = duringDecode;
    }

    /** {@return the share of the other requests' prefills that falls into a request's decode} */
    public double duringDecode() {
        return duringDecode;
    }
}
