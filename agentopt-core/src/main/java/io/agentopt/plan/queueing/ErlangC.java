package io.agentopt.plan.queueing;

/**
 * Chance that a customer has to wait for one of several servers, arrivals independent, service exponential (Erlang 1917).
 *
 * <pre>
 * B(0) = 1,  B(k) = a B(k-1) / (k + a B(k-1))      lost, were there no queue;  a = offered load = arrival rate * mean service
 * C(k) = B(k) / (1 - rho (1 - B(k)))               waits;  rho = a / k
 * </pre>
 *
 * The recurrence has no factorials and loses no digits, however many servers. Between whole numbers of servers log B is interpolated.
 */
public final class ErlangC {
    /** Most servers that are counted one by one. */
    public static final double MOST_SERVERS = 10_000_000;

    private ErlangC() {}

    /**
     * {@return the chance that a customer waits, in [0, 1]; 1 where the load is not below the servers}
     *
     * @param servers above 0, not necessarily whole, at most {@link #MOST_SERVERS}
     * @param offeredLoad mean number of servers that would be busy, at least 0
     */
    public static double waitProbability(double servers, double offeredLoad) {
        double utilisation =
                offeredLoad / Validity.inRange(servers, Double.MIN_VALUE, MOST_SERVERS, "number of servers");
        if (offeredLoad >= servers) return 1;
        double blocked = blockProbability(servers, offeredLoad);
        return Math.min(1, blocked / (1 - utilisation * (1 - blocked)));
    }

    /** {@return the chance that a customer finds every server busy where nobody waits (Erlang B), in [0, 1]} */
    static double blockProbability(double servers, double offeredLoad) {
        Validity.inRange(offeredLoad, 0, Double.MAX_VALUE, "offered load");
        double whole = Math.floor(servers);
        double blocked = 1;
        for (double k = 1; k <= whole; k++) blocked = offeredLoad * blocked / (k + offeredLoad * blocked);
        double rest = servers - whole;
        if (rest == 0 || blocked == 0) return blocked;
        double next = offeredLoad * blocked / (whole + 1 + offeredLoad * blocked);
        return next == 0 ? 0 : Math.exp((1 - rest) * Math.log(blocked) + rest * Math.log(next));
    }
}
