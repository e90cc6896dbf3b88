package io.agentopt.runtime.llm.kv;

import io.agentopt.mlir.gpu.BoxCopy;
import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.DeviceSegment;

/**
 * Where rows lie in a device's memory: per layer a key and a value tensor {@code [rows, kvHeads, capacity, headDim]}, one after the
 * other. A run is the positions of one head of one tensor: those are neighbours.
 *
 * @param capacity positions of a row
 */
record DeviceTable(KvShape shape, int rows, int capacity, DeviceMemory memory) {
    /** {@return bytes of the memory of a table} */
    static long bytes(KvShape shape, int rows, int capacity) {
        return (long) rows * capacity * shape.bytesPerPosition();
    }

    int tensors() {
        return 2 * shape.layers();
    }

    long tensorBytes() {
        return rows * rowBytes();
    }

    // of one tensor
    long rowBytes() {
        return shape.kvHeads() * pitch();
    }

    // from one head to the next
    long pitch() {
        return capacity * shape.bytesPerHead();
    }

    /** {@return the memory from the first head's position {@code at} of a row on, to the end of the row in one tensor} */
    DeviceSegment heads(int tensor, int row, int at, int positions) {
        if (row < 0 || row >= rows || at < 0 || positions < 0 || at + positions > capacity) {
            throw new IndexOutOfBoundsException("Positions " + at + " to " + (at + positions) + " of row " + row
                    + " are not in a cache of " + rows + " rows of " + capacity + " positions.");
        }
        long skipped = at * shape.bytesPerHead();
        return memory.slice(tensor * tensorBytes() + row * rowBytes() + skipped, rowBytes() - skipped);
    }

    /** {@return the copy of a row's first positions to another row, in all tensors} */
    BoxCopy move(int fromRow, int toRow, int positions) {
        return box(
                from(0, toRow, 0, positions), apart(), from(0, fromRow, 0, positions), apart(), positions, tensors());
    }

    /** Some tensors of some positions of a row. */
    record Part(DeviceTable table, int row, int at, int positions, int firstTensor, int tensors) {
        long runBytes() {
            return positions * table.shape.bytesPerHead();
        }

        /** {@return bytes of the runs of a tensor} */
        long tensorBytes() {
            return table.shape.kvHeads() * runBytes();
        }

        /** {@return where a run lies} */
        DeviceSegment run(int tensor, int head) {
            return table.heads(firstTensor + tensor, row, at, positions).slice(head * table.pitch(), runBytes());
        }

        /** {@return the copy of some of these tensors to dense memory} */
        BoxCopy pack(int first, int count, DeviceSegment dense) {
            return table.box(dense, table.dense(positions), here(first), table.apart(), positions, count);
        }

        /** {@return the copy of some of these tensors from dense memory} */
        BoxCopy unpack(int first, int count, DeviceSegment dense) {
            return table.box(here(first), table.apart(), dense, table.dense(positions), positions, count);
        }

        private DeviceSegment here(int first) {
            return table.from(firstTensor + first, row, at, positions);
        }
    }

    /** {@return all tensors of some positions of a row} */
    Part part(int row, int at, int positions) {
        return new Part(this, row, at, positions, 0, tensors());
    }

    private DeviceSegment from(int tensor, int row, int at, int positions) {
        long from = heads(tensor, row, at, positions).offset();
        return memory.slice(from, memory.bytes() - from);
    }

    private BoxCopy box(
            DeviceSegment to,
            BoxCopy.Pitches toSlices,
            DeviceSegment from,
            BoxCopy.Pitches fromSlices,
            int positions,
            int count) {
        return new BoxCopy(to, toSlices, from, fromSlices, positions * shape.bytesPerHead(), shape.kvHeads(), count);
    }

    private BoxCopy.Pitches apart() {
        return new BoxCopy.Pitches(pitch(), (long) rows * shape.kvHeads());
    }

    private BoxCopy.Pitches dense(int positions) {
        return new BoxCopy.Pitches(positions * shape.bytesPerHead(), shape.kvHeads());
    }
}
