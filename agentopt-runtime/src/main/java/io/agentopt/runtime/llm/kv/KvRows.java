package io.agentopt.runtime.llm.kv;

import java.lang.foreign.MemorySegment;

/**
 * The caches of a device: a table of rows, each with room for {@link #capacity()} positions. Only the thread that runs the
 * device calls; which positions of a row are valid, the caller knows.
 *
 * <p>Packed memory, wherever it occurs, is {@code [layer][key, value][kvHead][position][element]}, dense.
 */
public interface KvRows {
    KvShape shape();

    /** {@return rows, numbered from 0} */
    int rows();

    /** {@return positions of a row} */
    int capacity();

    /**
     * Copies positions {@code from} (inclusive) to {@code to} (exclusive) of some layers of a row into host memory.
     *
     * @param packed at least {@code layers * (to - from) * shape().bytesPerLayer()} bytes
     */
    void read(int row, int from, int to, int firstLayer, int layers, MemorySegment packed);

    /** As {@link #read(int, int, int, int, int, MemorySegment)}, of all layers. */
    default void read(int row, int from, int to, MemorySegment packed) {
        read(row, from, to, 0, shape().layers(), packed);
    }

    /** Copies {@code positions} of some layers from packed host memory into a row, the first to position {@code at}. */
    void write(int row, int at, int positions, int firstLayer, int layers, MemorySegment packed);

    /** As {@link #write(int, int, int, int, int, MemorySegment)}, of all layers. */
    default void write(int row, int at, int positions, MemorySegment packed) {
        write(row, at, positions, 0, shape().layers(), packed);
    }

    /** Copies positions {@code 0} to {@code positions} of a row into another row of the same device. */
    void move(int fromRow, int toRow, int positions);

    /**
     * {@return a copy of positions {@code from} to {@code to} of a row, in this device's own memory; the caller closes it}
     *
     * @throws OutOfMemoryError if the device has no room for it
     */
    KvBlock save(int row, int from, int to);

    /** Copies a block that {@link #save} of this table made into a row, its first position to {@code at}. */
    void restore(KvBlock block, int row, int at);
}
