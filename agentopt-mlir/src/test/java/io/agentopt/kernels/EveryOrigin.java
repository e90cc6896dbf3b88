package io.agentopt.kernels;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.Kernels;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.stream.Stream;

/** The ways in which the kernels run here: every numeric test passes for each. */
final class EveryOrigin {
    private EveryOrigin() {}

    static Stream<Kernels> kernels() {
        return Stream.of(Kernels.references(KernelCatalog.all()));
    }

    static Buffer random(Arena arena, Random random, ElementType type, long... shape) {
        Buffer buffer = Buffer.allocate(arena, type, shape);
        for (long i = 0; i < buffer.elements(); i++) {
            if (type.isFloat()) buffer.setFloat(i, (float) random.nextGaussian());
            else buffer.setInteger(i, random.nextLong());
        }
        return buffer;
    }

    static Buffer integers(Arena arena, ElementType type, long... values) {
        Buffer buffer = Buffer.allocate(arena, type, values.length);
        for (int i = 0; i < values.length; i++) buffer.setInteger(i, values[i]);
        return buffer;
    }
}
