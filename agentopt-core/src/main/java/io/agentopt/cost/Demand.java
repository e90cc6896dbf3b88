package io.agentopt.cost;

import io.agentopt.model.Precision;
import java.util.Objects;

/**
 * How much work an operator is, on no device in particular. Amounts are totals over all devices that share the work.
 *
 * @param flops floating-point (or integer) operations; a multiply-add counts two
 * @param bytesRead activations and KV cache read from memory, bytes
 * @param bytesWritten activations and KV cache written to memory, bytes
 * @param weightBytes weights read from memory, bytes; of a mixture of experts only those that the tokens visit
 * @param residentBytes weights that lie in memory all the while, bytes
 * @param kvBytesResident largest KV cache that lies in memory, bytes
 * @param layers layers executed, in all passes together: each pays the per-layer floor
 * @param operators passes or kernels launched: each pays the per-operator floor
 * @param reduceBytes bytes that tensor parallelism would all-reduce, summed over its collectives
 * @param reductions number of those all-reduces
 * @param precision number format of the arithmetic
 * @param operatorClass kind of work
 * @param kvParts devices that the KV cache can be divided among; beyond them each part is kept several times (infinite if it divides at
 *     will)
 */
public record Demand(
        double flops,
        double bytesRead,
        double bytesWritten,
        double weightBytes,
        double residentBytes,
        double kvBytesResident,
        double layers,
        double operators,
        double reduceBytes,
        double reductions,
        Precision precision,
        OperatorClass operatorClass,
        double kvParts) {

    /** Work whose KV cache divides among any number of devices. */
    public Demand(
            double flops,
            double bytesRead,
            double bytesWritten,
            double weightBytes,
            double residentBytes,
            double kvBytesResident,
            double layers,
            double operators,
            double reduceBytes,
            double reductions,
            Precision precision,
            OperatorClass operatorClass) {
        this(
                flops,
                bytesRead,
                bytesWritten,
                weightBytes,
                residentBytes,
                kvBytesResident,
                layers,
                operators,
                reduceBytes,
                reductions,
                precision,
                operatorClass,
                Double.POSITIVE_INFINITY);
    }

    public Demand {
        Objects.requireNonNull(precision, "precision");
        Objects.requireNonNull(operatorClass, "operatorClass");
        check(flops, "flops", operatorClass);
        check(bytesRead, "bytesRead", operatorClass);
        check(bytesWritten, "bytesWritten", operatorClass);
        check(weightBytes, "weightBytes", operatorClass);
        check(residentBytes, "residentBytes", operatorClass);
        check(kvBytesResident, "kvBytesResident", operatorClass);
        check(layers, "layers", operatorClass);
        check(operators, "operators", operatorClass);
        check(reduceBytes, "reduceBytes", operatorClass);
        check(reductions, "reductions", operatorClass);
        if (!(kvParts >= 1)) {
            throw new IllegalArgumentException(
                    "The kvParts (" + kvParts + ") of a demand of " + operatorClass + " must be at least 1.");
        }
    }

    /** {@return bytes that weights and KV cache occupy on so many devices together, copies of the cache included} */
    public double occupiedBytes(int devices) {
        return residentBytes + kvBytesResident * Math.max(1, devices / kvParts);
    }

    /** {@return work of one kernel without weights that stay: flops, bytes read, bytes written} */
    public static Demand kernel(
            OperatorClass operatorClass, Precision precision, double flops, double bytesRead, double bytesWritten) {
        return new Demand(flops, bytesRead, bytesWritten, 0, 0, 0, 0, 1, 0, 0, precision, operatorClass);
    }

    /** {@return all memory traffic, bytes} */
    public double trafficBytes() {
        return bytesRead + bytesWritten + weightBytes;
    }

    /** {@return flops per byte of traffic; 0 without work, infinite never: work without traffic counts one byte} */
    public double arithmeticIntensity() {
        return flops / Math.max(1, trafficBytes());
    }

    /**
     * This work and then another with the same weights, on the same devices: work adds up, residency is the larger one.
     *
     * @throws IllegalArgumentException if the two differ in precision or class, which have efficiencies of their own
     */
    public Demand plus(Demand other) {
        if (precision != other.precision || operatorClass != other.operatorClass) {
            throw new IllegalArgumentException("A demand of " + operatorClass + " in " + precision.id()
                    + " cannot be added to one of " + other.operatorClass + " in " + other.precision.id()
                    + ". Estimate each and add the seconds.");
        }
        return new Demand(
                flops + other.flops,
                bytesRead + other.bytesRead,
                bytesWritten + other.bytesWritten,
                weightBytes + other.weightBytes,
                Math.max(residentBytes, other.residentBytes),
                Math.max(kvBytesResident, other.kvBytesResident),
                layers + other.layers,
                operators + other.operators,
                reduceBytes + other.reduceBytes,
                reductions + other.reductions,
                precision,
                operatorClass,
                Math.min(kvParts, other.kvParts));
    }

    /** {@return what this work adds to a pass that runs anyway: its weights are read and its fixed times paid there} */
    public Demand fused() {
        return new Demand(
                flops,
                bytesRead,
                bytesWritten,
                0,
                residentBytes,
                kvBytesResident,
                0,
                0,
                reduceBytes,
                0,
                precision,
                operatorClass,
                kvParts);
    }

    /** {@return this work repeated one after the other; residency stays, and factor 0 is no work} */
    public Demand times(double factor) {
        return new Demand(
                flops * factor,
                bytesRead * factor,
                bytesWritten * factor,
                weightBytes * factor,
                residentBytes,
                kvBytesResident,
                layers * factor,
                operators * factor,
                reduceBytes * factor,
                reductions * factor,
                precision,
                operatorClass,
                kvParts);
    }

    private static void check(double value, String name, OperatorClass operatorClass) {
        if (!(value >= 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException("The " + name + " (" + value + ") of a demand of " + operatorClass
                    + " must be a finite number of at least 0.");
        }
    }
}
