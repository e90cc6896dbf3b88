package io.agentopt.benchmarks.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Device kinds to rent. Round numbers of the order of public ones; problems for the planner, not a catalog (that is {@code hardware}).
 *
 * @param name of the kind
 * @param dollarsPerHour price of one
 * @param flops dense 16-bit floating-point operations per second
 * @param eightBit times faster in 8 bits, 1 when it has no such units
 * @param bytesPerSecond memory bandwidth
 * @param memoryBytes memory
 * @param networkBytesPerSecond to other classes
 */
record Market(
        String name,
        double dollarsPerHour,
        double flops,
        double eightBit,
        double bytesPerSecond,
        double memoryBytes,
        double networkBytesPerSecond) {

    /** Hosted endpoint: paid by use. */
    static final Market ENDPOINT = new Market("endpoint", 0, 0, 1, 0, 0, 0.5e9);

    private static final Market CPU = new Market("cpu-32", 0.95, 2.5e12, 1, 0.2e12, 128e9, 3e9);
    private static final List<Market> ACCELERATORS = List.of(
            new Market("l4", 0.71, 121e12, 2, 0.3e12, 22e9, 3e9),
            new Market("a10g", 1.01, 70e12, 1, 0.6e12, 22e9, 3e9),
            new Market("l40s", 1.86, 362e12, 2, 0.86e12, 45e9, 6e9),
            new Market("a100-80", 2.21, 312e12, 1, 2.0e12, 75e9, 12e9),
            new Market("mi300x", 3.45, 1000e12, 2, 5.3e12, 180e9, 25e9),
            new Market("h100", 3.89, 989e12, 2, 3.35e12, 75e9, 25e9),
            new Market("h200", 4.79, 989e12, 2, 4.8e12, 132e9, 25e9));

    /** {@return a draw of {@code classes} kinds: always a CPU, one large accelerator at least, an endpoint more often than not} */
    static List<Market> draw(RandomGenerator random, int classes) {
        List<Market> left = new ArrayList<>(ACCELERATORS);
        List<Market> drawn = new ArrayList<>(List.of(CPU, left.remove(3 + random.nextInt(4))));
        boolean endpoint = classes > 3 && random.nextInt(5) < 3;
        while (drawn.size() < classes - (endpoint ? 1 : 0)) {
            drawn.add(left.isEmpty() ? grade(drawn, random) : left.remove(random.nextInt(left.size())));
        }
        if (endpoint) drawn.add(ENDPOINT);
        return drawn;
    }

    /** Another offer of a kind that is already there: dearer with a faster network. */
    private static Market grade(List<Market> drawn, RandomGenerator random) {
        Market m = drawn.get(1 + random.nextInt(drawn.size() - 1));
        return new Market(
                m.name + "-" + drawn.size(),
                Math.round(m.dollarsPerHour * 115) / 100.0,
                m.flops,
                m.eightBit,
                m.bytesPerSecond,
                m.memoryBytes,
                m.networkBytesPerSecond * 2);
    }

    boolean endpoint() {
        return flops == 0;
    }

    boolean cpu() {
        return flops > 0 && flops < 10e12;
    }
}
