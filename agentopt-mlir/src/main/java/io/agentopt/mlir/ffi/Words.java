package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;

/** A growing list of 64-bit words: a request, put together on the heap and copied once. */
public final class Words {
    private long[] words = new long[64];
    private int size;

    /** Forgets all words. */
    public Words clear() {
        size = 0;
        return this;
    }

    public void add(long word) {
        if (size == words.length) words = Arrays.copyOf(words, 2 * size);
        words[size++] = word;
    }

    long copy(SegmentAllocator memory) {
        MemorySegment copy = memory.allocate(8L * size, 8);
        MemorySegment.copy(words, 0, copy, JAVA_LONG, 0, size);
        return copy.address();
    }
}
