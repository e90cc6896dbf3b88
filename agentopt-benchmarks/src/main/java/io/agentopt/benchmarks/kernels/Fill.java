package io.agentopt.benchmarks.kernels;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import java.lang.foreign.Arena;
import java.util.Random;

/** Buffers of random numbers. */
final class Fill {
    private Fill() {}

    /** {@return floats evenly between -1 and 1, or integers evenly over all values of i8} */
    static Buffer random(Arena arena, Random random, ElementType type, long... shape) {
        Buffer buffer = Buffer.allocate(arena, type, shape);
        for (long i = 0; i < buffer.elements(); i++) {
            if (type.isFloat()) buffer.setFloat(i, random.nextFloat() * 2 - 1);
            else buffer.setInteger(i, random.nextInt(-128, 128));
        }
        return buffer;
    }
}
