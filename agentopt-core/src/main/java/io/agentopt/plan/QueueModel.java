package io.agentopt.plan;

/**
 * How long work waits before it runs: the part of a mode's time that comes from the load. A mode is planned as if it had servers of its own: one
 * server is the devices that run one batch together.
 */
@FunctionalInterface
public interface QueueModel {
    /**
     * {@return the mean time that a run waits for a free server, s; infinite where the servers cannot keep up}
     *
     * @param busyServers servers that the work keeps busy on average: arrivals per second times seconds of a run
     * @param servers that there are, at least 1
     * @param serviceSeconds mean time of a run, s
     * @param serviceVariation squared coefficient of variation of that time
     */
    double waitSeconds(double busyServers, int servers, double serviceSeconds, double serviceVariation);

    /** {@return no wait: the margin of the SLA's percentile stands for queueing} */
    static QueueModel none() {
        return (busyServers, servers, serviceSeconds, serviceVariation) -> 0;
    }
}
