package io.agentopt.cost;

import java.util.Objects;

/**
 * How a device does a class of work, next to its peaks:
 *
 * <pre>
 * seconds = ((flops / (peak * compute))^p + (bytes / (bandwidth * memory))^p)^(1/p)
 *           + operators * operatorFloorSeconds + layers * layerFloorSeconds + collectives
 * </pre>
 *
 * @param compute share of the peak rate that arithmetic reaches, in (0, 1.05]
 * @param memory share of the peak bandwidth that traffic reaches, in (0, 1.05]
 * @param operatorFloorSeconds fixed time per pass or launch, s
 * @param layerFloorSeconds fixed time per layer, s
 * @param exponent p of the smooth maximum, in [1, 4]: 1 adds, large values take the larger
 * @param confidence where the numbers come from
 * @param relativeSpread one standard deviation of the error, as a share of the time
 */
public record DeviceEfficiency(
        double compute,
        double memory,
        double operatorFloorSeconds,
        double layerFloorSeconds,
        double exponent,
        Confidence confidence,
        double relativeSpread) {
    /** Largest efficiency: a datasheet's peak may be a few percent below what a boosted clock reaches. */
    public static final double MOST = 1.05;

    public DeviceEfficiency {
        Objects.requireNonNull(confidence, "confidence");
        share(compute, "compute");
        share(memory, "memory");
        atLeastZero(operatorFloorSeconds, "operatorFloorSeconds");
        atLeastZero(layerFloorSeconds, "layerFloorSeconds");
        atLeastZero(relativeSpread, "relativeSpread");
        if (!(exponent >= 1 && exponent <= 4)) {
            throw new IllegalArgumentException("The exponent (" + exponent + ") of an efficiency must lie in [1, 4].");
        }
    }

    /** {@return this with the compute share lowered to a cap} */
    public DeviceEfficiency cappedAt(double mostCompute) {
        return compute <= mostCompute
                ? this
                : new DeviceEfficiency(
                        mostCompute,
                        memory,
                        operatorFloorSeconds,
                        layerFloorSeconds,
                        exponent,
                        confidence,
                        relativeSpread);
    }

    /** {@return the same numbers, known in another way} */
    public DeviceEfficiency as(Confidence other, double spread) {
        return new DeviceEfficiency(compute, memory, operatorFloorSeconds, layerFloorSeconds, exponent, other, spread);
    }

    /** {@return (a^p + b^p)^(1/p), without overflow or underflow; a and b at least 0} */
    static double smoothMax(double a, double b, double p) {
        double large = Math.max(a, b);
        if (large == 0 || p == 1) return a + b;
        double ratio = Math.min(a, b) / large;
        return ratio < 1e-6 ? large : large * Math.pow(1 + Math.pow(ratio, p), 1 / p);
    }

    private static void share(double value, String name) {
        if (!(value > 0 && value <= MOST)) {
            throw new IllegalArgumentException(
                    "The " + name + " efficiency (" + value + ") must lie in (0, " + MOST + "].");
        }
    }

    private static void atLeastZero(double value, String name) {
        if (!(value >= 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(
                    "The " + name + " (" + value + ") of an efficiency must be finite and at least 0.");
        }
    }
}
