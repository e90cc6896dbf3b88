package io.agentopt.runtime.llm.kv;

import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Copies within host memory by threads of the machine's pool: one thread brings a fraction of what a bus to a device does. */
final class ParallelCopy {
    private static final long SLICE_BYTES = 256L << 10, WORTH_BYTES = 1L << 20;
    private static final Thread NOBODY = new Thread(() -> {});

    private ParallelCopy() {}

    /** Copies all of a segment to another of its size. */
    static void of(MemorySegment from, MemorySegment to) {
        int slices = Math.toIntExact(Math.ceilDiv(from.byteSize(), SLICE_BYTES));
        pieces(slices, from.byteSize(), from, to, i -> {
            long at = i * SLICE_BYTES;
            MemorySegment.copy(from, at, to, at, Math.min(SLICE_BYTES, from.byteSize() - at));
        });
    }

    /**
     * Copies piece by piece; where there is little, or memory of one thread, by the calling thread alone.
     *
     * @param bytes of all pieces
     * @param one memory that the pieces touch
     * @param other memory that the pieces touch
     */
    static void pieces(int count, long bytes, MemorySegment one, MemorySegment other, IntConsumer piece) {
        boolean alone =
                count < 2 || bytes < WORTH_BYTES || !one.isAccessibleBy(NOBODY) || !other.isAccessibleBy(NOBODY);
        if (alone) for (int i = 0; i < count; i++) piece.accept(i);
        else IntStream.range(0, count).parallel().forEach(piece);
    }
}
