package io.agentopt.plan.solve;

/** Traffic over every link that has a capacity, under a changing placement; an edge is added or removed in O(links of its pair). */
final class LinkState {
    private final CompiledProblem p;
    final long[] traffic;
    private int overload;

    LinkState(CompiledProblem p) {
        this.p = p;
        traffic = new long[p.linkCapacity.length];
    }

    void add(int edge, int pair) {
        shift(pair, p.traffic[edge]);
    }

    void remove(int edge, int pair) {
        shift(pair, -p.traffic[edge]);
    }

    private void shift(int pair, long bytes) {
        if (bytes == 0) return;
        for (int link : p.linksOfPair[pair]) {
            overload -= overloadOf(link);
            traffic[link] += bytes;
            overload += overloadOf(link);
        }
    }

    /** {@return 0 when every link carries its traffic; grows with the number of overloaded links and with their excess} */
    int overload() {
        return overload;
    }

    /** {@return the excesses over the capacities, each relative to its capacity; 0 when every link carries its traffic} */
    double excess() {
        double sum = 0;
        for (int link = 0; link < traffic.length; link++) {
            long over = traffic[link] - p.linkCapacity[link];
            if (over > 0) sum += over / (p.linkCapacity[link] + 1.0);
        }
        return sum;
    }

    private int overloadOf(int link) {
        long over = traffic[link] - p.linkCapacity[link];
        return over <= 0 ? 0 : 1 + (int) Math.min(20, 4.0 * over / (p.linkCapacity[link] + 1.0));
    }
}
