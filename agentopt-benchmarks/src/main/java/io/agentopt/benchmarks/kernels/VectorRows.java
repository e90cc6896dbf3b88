package io.agentopt.benchmarks.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;

/** Moves rows of memory in the Vector API: four vectors are read before four are written. */
final class VectorRows {
    private static final VectorSpecies<Byte> WIDEST = ByteVector.SPECIES_PREFERRED;
    private static final int BYTES = WIDEST.length();

    private VectorRows() {}

    static void copy(MemorySegment from, long start, MemorySegment to, long target, long bytes) {
        long i = 0;
        for (; i + 4L * BYTES <= bytes; i += 4L * BYTES) {
            ByteVector a = at(from, start + i);
            ByteVector b = at(from, start + i + BYTES);
            ByteVector c = at(from, start + i + 2L * BYTES);
            ByteVector d = at(from, start + i + 3L * BYTES);
            a.intoMemorySegment(to, target + i, LITTLE_ENDIAN);
            b.intoMemorySegment(to, target + i + BYTES, LITTLE_ENDIAN);
            c.intoMemorySegment(to, target + i + 2L * BYTES, LITTLE_ENDIAN);
            d.intoMemorySegment(to, target + i + 3L * BYTES, LITTLE_ENDIAN);
        }
        for (; i + BYTES <= bytes; i += BYTES) at(from, start + i).intoMemorySegment(to, target + i, LITTLE_ENDIAN);
        MemorySegment.copy(from, start + i, to, target + i, bytes - i);
    }

    private static ByteVector at(MemorySegment memory, long offset) {
        return ByteVector.fromMemorySegment(WIDEST, memory, offset, LITTLE_ENDIAN);
    }
}
