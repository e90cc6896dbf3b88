package io.agentopt.benchmarks.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the machine can do at best with the bytes of a case. A kernel that reads much and writes little is held against reading
 * the same memory, in one sequence and in four at once, whichever is faster; one that writes about as much as it reads is
 * held against a copy of the same memory, the JDK's or one by stores around the cache, whichever is faster.
 */
final class Ceilings {
    private static final VectorSpecies<Long> WIDEST = LongVector.SPECIES_PREFERRED;
    private static final int BYTES = WIDEST.vectorByteSize();
    private static final int UNROLLED = 8;
    private static final int SEQUENCES = 4;

    @SuppressWarnings("unused") // keeps the reads alive
    private static volatile long sink;

    private Ceilings() {}

    /** {@return contenders that read the memory} */
    static List<Contender> read(MemorySegment memory) {
        long half = memory.byteSize() / 2 / BYTES * BYTES;
        MemorySegment first = memory.asSlice(0, half), second = memory.asSlice(half);
        return List.of(
                Contender.ceiling("reads, 1 sequence", () -> sink = readOneSequence(memory)),
                Contender.ceiling("reads, 4 sequences", () -> sink = readFourSequences(memory)),
                Contender.ceilingOnTwoThreads(
                        "reads, 1 sequence",
                        () -> TwoThreads.run(
                                () -> sink = readOneSequence(first), () -> sink = readOneSequence(second))),
                Contender.ceilingOnTwoThreads(
                        "reads, 4 sequences",
                        () -> TwoThreads.run(
                                () -> sink = readFourSequences(first), () -> sink = readFourSequences(second))));
    }

    /** {@return contenders that copy the memory; its bytes count twice, read and written} */
    static List<Contender> copy(MemorySegment from, MemorySegment to) {
        long half = from.byteSize() / 2 / BYTES * BYTES, rest = from.byteSize() - half;
        List<Contender> copies = new ArrayList<>();
        copies.add(Contender.ceiling("copy", () -> MemorySegment.copy(from, 0, to, 0, from.byteSize())));
        copies.add(Contender.ceilingOnTwoThreads(
                "copy",
                () -> TwoThreads.run(
                        () -> MemorySegment.copy(from, 0, to, 0, half),
                        () -> MemorySegment.copy(from, half, to, half, rest))));
        copies.addAll(StreamingCopy.contenders(from, to));
        return copies;
    }

    private static long readOneSequence(MemorySegment memory) {
        LongVector a = LongVector.zero(WIDEST), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        long i = 0, step = (long) UNROLLED * BYTES;
        for (long end = memory.byteSize() - step + 1; i < end; i += step) {
            a = a.or(at(memory, i));
            b = b.or(at(memory, i + BYTES));
            c = c.or(at(memory, i + 2L * BYTES));
            d = d.or(at(memory, i + 3L * BYTES));
            e = e.or(at(memory, i + 4L * BYTES));
            f = f.or(at(memory, i + 5L * BYTES));
            g = g.or(at(memory, i + 6L * BYTES));
            h = h.or(at(memory, i + 7L * BYTES));
        }
        for (; i + BYTES <= memory.byteSize(); i += BYTES) a = a.or(at(memory, i));
        return a.or(b).or(c).or(d).or(e.or(f).or(g).or(h)).reduceLanes(VectorOperators.OR);
    }

    private static long readFourSequences(MemorySegment memory) {
        LongVector a = LongVector.zero(WIDEST), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        long step = 2L * BYTES, quarter = memory.byteSize() / SEQUENCES / step * step;
        for (long i = 0; i < quarter; i += step) {
            a = a.or(at(memory, i));
            b = b.or(at(memory, i + BYTES));
            c = c.or(at(memory, i + quarter));
            d = d.or(at(memory, i + quarter + BYTES));
            e = e.or(at(memory, i + 2 * quarter));
            f = f.or(at(memory, i + 2 * quarter + BYTES));
            g = g.or(at(memory, i + 3 * quarter));
            h = h.or(at(memory, i + 3 * quarter + BYTES));
        }
        for (long i = SEQUENCES * quarter; i + BYTES <= memory.byteSize(); i += BYTES) a = a.or(at(memory, i));
        return a.or(b).or(c).or(d).or(e.or(f).or(g).or(h)).reduceLanes(VectorOperators.OR);
    }

    private static LongVector at(MemorySegment memory, long offset) {
        return LongVector.fromMemorySegment(WIDEST, memory, offset, LITTLE_ENDIAN);
    }
}
