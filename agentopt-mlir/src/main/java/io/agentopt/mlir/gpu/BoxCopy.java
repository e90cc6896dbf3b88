package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The same rows of several slices, within a device, in one copy: one request's keys and values of all layers.
 *
 * @param to the range that holds the rows of all slices
 * @param toSlices pitches there
 * @param from the range that holds the rows of all slices
 * @param fromSlices pitches there
 * @param rowBytes of each row
 * @param rows of each slice
 * @param slices how many
 */
public record BoxCopy(
        DeviceSegment to,
        Pitches toSlices,
        DeviceSegment from,
        Pitches fromSlices,
        long rowBytes,
        long rows,
        long slices) {
    /**
     * How rows lie.
     *
     * @param row bytes from one row's start to the next
     * @param rowsPerSlice rows from one slice's start to the next
     */
    public record Pitches(long row, long rowsPerSlice) {}

    /**
     * @throws IllegalArgumentException when a pitch is shorter than what it steps over
     * @throws IndexOutOfBoundsException when the slices do not fit in one of the ends
     */
    public BoxCopy {
        if (rowBytes < 1 || rows < 1 || slices < 1) {
            throw new IllegalArgumentException("A copy of " + slices + " slices of " + rows + " rows of " + rowBytes
                    + " bytes. Copy 1 or more of each.");
        }
        fits("target", to, toSlices, rowBytes, rows, slices);
        fits("source", from, fromSlices, rowBytes, rows, slices);
    }

    private static void fits(String end, DeviceSegment side, Pitches p, long rowBytes, long rows, long slices) {
        if (p.row() < rowBytes || p.rowsPerSlice() < rows) {
            throw new IllegalArgumentException("The " + end + "'s pitches (" + p.row() + " bytes, " + p.rowsPerSlice()
                    + " rows) are less than a slice of " + rows + " rows of " + rowBytes + " bytes.");
        }
        long before = Math.addExact(Math.multiplyExact(p.rowsPerSlice(), slices - 1), rows - 1);
        if (Math.addExact(Math.multiplyExact(p.row(), before), rowBytes) > side.bytes()) {
            throw new IndexOutOfBoundsException(slices + " slices of " + rows + " rows of " + rowBytes
                    + " bytes do not fit in the " + end + "'s " + side.bytes() + " bytes.");
        }
    }

    void enqueueOn(GpuStream stream) {
        switch (stream.context().api()) {
            case CUDA -> stream.withBoth(to, from, (target, source) -> cuda(stream, target, source));
            case HIP -> {
                for (long i = 0; i < slices; i++) {
                    stream.copyRows(new RowCopy(
                            slice(to, toSlices, i),
                            toSlices.row(),
                            slice(from, fromSlices, i),
                            fromSlices.row(),
                            rowBytes,
                            rows));
                }
            }
        }
    }

    private static RowCopy.Side slice(DeviceSegment all, Pitches p, long index) {
        long at = index * p.rowsPerSlice() * p.row();
        return new RowCopy.OnDevice(all.slice(at, all.bytes() - at));
    }

    // CUDA_MEMCPY3D: each side has x, y, z, level, type, host and device address, array, reserved, pitch, height; then
    // the box.
    private void cuda(GpuStream stream, long target, long source) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment s = scratch.allocate(200, 8);
            side(s, 0, source, fromSlices);
            side(s, 88, target, toSlices);
            s.set(JAVA_LONG, 176, rowBytes);
            s.set(JAVA_LONG, 184, rows);
            s.set(JAVA_LONG, 192, slices);
            stream.enqueue(
                    DriverFunction.COPY_BOXES_ASYNC,
                    () -> "copying " + slices + " slices of " + rows + " rows of " + rowBytes + " bytes on "
                            + stream.context().device(),
                    handle -> new long[] {s.address(), handle});
        }
    }

    private static void side(MemorySegment s, long at, long address, Pitches p) {
        s.set(JAVA_INT, at + 32, 2); // device memory
        s.set(JAVA_LONG, at + 48, address);
        s.set(JAVA_LONG, at + 72, p.row());
        s.set(JAVA_LONG, at + 80, p.rowsPerSlice());
    }
}
