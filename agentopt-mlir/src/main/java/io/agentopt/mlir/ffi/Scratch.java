package io.agentopt.mlir.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for the arguments and the answer of one native call. Each thread has a piece that its calls use one after the other: allocating one for each
 * call costs more than most calls do. Not cleared.
 */
final class Scratch implements SegmentAllocator {
    private static final long BYTES = 16 << 10;

    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final MemorySegment piece = Arena.ofAuto().allocate(BYTES, 16);
    private final List<MemorySegment> larger = new ArrayList<>(); // reachable until the call is over
    private long used;

    private Scratch() {}

    /** {@return this thread's memory, empty: what the call before had in it is gone} */
    static Scratch forCall() {
        Scratch scratch = OF_THREAD.get();
        scratch.used = 0;
        scratch.larger.clear();
        return scratch;
    }

    @Override
    public MemorySegment allocate(long bytes, long alignment) {
        long start = (used + alignment - 1) & -alignment;
        if (alignment > 16 || start + bytes > BYTES) {
            MemorySegment own = Arena.ofAuto().allocate(bytes, alignment);
            larger.add(own);
            return own;
        }
        used = start + bytes;
        return piece.asSlice(start, bytes);
    }
}
