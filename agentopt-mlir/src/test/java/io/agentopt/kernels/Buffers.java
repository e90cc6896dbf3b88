package io.agentopt.kernels;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.function.LongToDoubleFunction;

/** What kernels are tried on, and how far two results are apart. */
final class Buffers {
    private Buffers() {}

    /** {@return a buffer whose elements are given by their place in row-major order} */
    static Buffer fill(Arena arena, ElementType type, LongToDoubleFunction value, long... shape) {
        Buffer buffer = Buffer.allocate(arena, type, shape);
        for (long i = 0; i < buffer.elements(); i++) {
            if (type.isFloat()) buffer.setFloat(i, (float) value.applyAsDouble(i));
            else buffer.setInteger(i, (long) value.applyAsDouble(i));
        }
        return buffer;
    }

    /** Normally distributed; integers evenly over all values of their type. */
    static Buffer random(Arena arena, Random random, ElementType type, long... shape) {
        if (type.isFloat()) return fill(arena, type, _ -> random.nextGaussian(), shape);
        Buffer buffer = Buffer.allocate(arena, type, shape);
        for (long i = 0; i < buffer.elements(); i++) buffer.setInteger(i, random.nextLong());
        return buffer;
    }

    static Buffer integers(Arena arena, ElementType type, long... values) {
        Buffer buffer = Buffer.allocate(arena, type, values.length);
        for (int i = 0; i < values.length; i++) buffer.setInteger(i, values[i]);
        return buffer;
    }

    /** {@return the largest difference, relative to the larger of the expected value and a floor; NaN is equal to NaN alone} */
    static double error(Buffer expected, Buffer actual, double floor) {
        double worst = 0;
        for (long i = 0; i < expected.elements(); i++) {
            double e = expected.getFloat(i);
            double a = actual.getFloat(i);
            if (e == a || Double.compare(e, a) == 0) continue;
            double error = Math.abs(e - a) / Math.max(Math.abs(e), floor);
            worst = Math.max(worst, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
        }
        return worst;
    }
}
