package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Rows that lie apart by different pitches on the two sides: KV caches of different capacity, a tile of an image.
 *
 * @param to the range that holds the rows
 * @param toPitch bytes from one row's start to the next, at least rowBytes
 * @param from the range that holds the rows
 * @param fromPitch bytes from one row's start to the next, at least rowBytes
 * @param rowBytes of each row
 * @param rows how many
 */
public record RowCopy(Side to, long toPitch, Side from, long fromPitch, long rowBytes, long rows) {
    /** One end of a copy. */
    public sealed interface Side {
        /** {@return its length} */
        long bytes();
    }

    /** An end on the device. */
    public record OnDevice(DeviceSegment segment) implements Side {
        @Override
        public long bytes() {
            return segment.bytes();
        }
    }

    /** An end in pinned memory, from an offset on. */
    public record OnHost(PinnedMemory memory, long offset) implements Side {
        public OnHost {
            GpuStream.inside(memory, offset, 0);
        }

        @Override
        public long bytes() {
            return memory.bytes() - offset;
        }
    }

    /**
     * @throws IllegalArgumentException when both ends are on the host, or a pitch is shorter than a row
     * @throws IndexOutOfBoundsException when the rows do not fit in one of the ends
     */
    public RowCopy {
        if (to instanceof OnHost && from instanceof OnHost) {
            throw new IllegalArgumentException("A copy of rows with both ends on the host. Use MemorySegment.copy.");
        }
        if (rowBytes < 1 || rows < 1) {
            throw new IllegalArgumentException(
                    "A copy of " + rows + " rows of " + rowBytes + " bytes. Copy 1 or more of each.");
        }
        fits("target", to, toPitch, rowBytes, rows);
        fits("source", from, fromPitch, rowBytes, rows);
    }

    private static void fits(String end, Side side, long pitch, long rowBytes, long rows) {
        if (pitch < rowBytes) {
            throw new IllegalArgumentException(
                    "The " + end + "'s pitch (" + pitch + " bytes) is less than a row (" + rowBytes + " bytes).");
        }
        if (Math.addExact(Math.multiplyExact(pitch, rows - 1), rowBytes) > side.bytes()) {
            throw new IndexOutOfBoundsException(rows + " rows of " + rowBytes + " bytes, " + pitch
                    + " bytes apart, do not fit in the " + end + "'s " + side.bytes() + " bytes.");
        }
    }

    void enqueueOn(GpuStream stream) {
        switch (to) {
            case OnDevice(DeviceSegment target) -> {
                switch (from) {
                    case OnDevice(DeviceSegment source) ->
                        stream.withBoth(target, source, (t, s) -> run(stream, t, s, Kind.WITHIN));
                    case OnHost(PinnedMemory source, long offset) ->
                        stream.withBoth(target, source, (t, s) -> run(stream, t, s + offset, Kind.UP));
                }
            }
            case OnHost(PinnedMemory target, long offset) -> {
                if (from instanceof OnDevice(DeviceSegment source)) {
                    stream.withBoth(source, target, (s, t) -> run(stream, t + offset, s, Kind.DOWN));
                }
            }
        }
    }

    /** Directions with HIP's number and CUDA's two memory types (1 host, 2 device). */
    private enum Kind {
        UP(1, 2, 1),
        DOWN(2, 1, 2),
        WITHIN(3, 2, 2);

        final int hip;
        final int target;
        final int source;

        Kind(int hip, int target, int source) {
            this.hip = hip;
            this.target = target;
            this.source = source;
        }
    }

    private void run(GpuStream stream, long target, long source, Kind kind) {
        try (Arena scratch = Arena.ofConfined()) {
            long structure = stream.context().api() == GpuApi.CUDA ? cudaStructure(scratch, target, source, kind) : 0;
            stream.enqueue(
                    DriverFunction.COPY_ROWS_ASYNC,
                    () -> "copying " + rows + " rows of " + rowBytes + " bytes on "
                            + stream.context().device(),
                    handle -> switch (stream.context().api()) {
                        case CUDA -> new long[] {structure, handle};
                        case HIP -> new long[] {target, toPitch, source, fromPitch, rowBytes, rows, kind.hip, handle};
                    });
        }
    }

    // CUDA_MEMCPY2D: each side has x, y, type, host and device address, array, pitch; then width and height.
    private long cudaStructure(Arena scratch, long target, long source, Kind kind) {
        MemorySegment s = scratch.allocate(128, 8);
        side(s, 0, kind.source, source, fromPitch);
        side(s, 56, kind.target, target, toPitch);
        s.set(JAVA_LONG, 112, rowBytes);
        s.set(JAVA_LONG, 120, rows);
        return s.address();
    }

    private static void side(MemorySegment s, long at, int type, long address, long pitch) {
        s.set(JAVA_INT, at + 16, type);
        s.set(JAVA_LONG, at + (type == 1 ? 24 : 32), address);
        s.set(JAVA_LONG, at + 48, pitch);
    }
}
