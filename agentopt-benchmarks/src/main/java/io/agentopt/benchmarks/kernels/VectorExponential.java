package io.agentopt.benchmarks.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 2^x in the Vector API for x from -126 to 0, by the same steps as the compiled kernels (the own exp of the Vector API is several times slower): rounding
 * by a large addend, whose low bits are the exponent, and a polynomial of degree 5.
 */
final class VectorExponential {
    private static final float MAGIC = 12582912f + 127f;

    private VectorExponential() {}

    static FloatVector exp2(FloatVector x) {
        FloatVector clamped = x.max(-127f);
        FloatVector sum = clamped.add(MAGIC);
        FloatVector f = clamped.sub(sum.sub(MAGIC));
        FloatVector p = f.broadcast(0x1.5bba14p-10f)
                .fma(f, f.broadcast(0x1.3cea88p-7f))
                .fma(f, f.broadcast(0x1.c6b752p-5f))
                .fma(f, f.broadcast(0x1.ebf9bcp-3f))
                .fma(f, f.broadcast(0x1.62e42ap-1f))
                .fma(f, f.broadcast(1));
        IntVector field = sum.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return p.mul(field.reinterpretAsFloats());
    }
}
