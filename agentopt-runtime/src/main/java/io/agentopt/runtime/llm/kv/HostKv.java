package io.agentopt.runtime.llm.kv;

import io.agentopt.runtime.backend.ort.OrtTensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Caches in host memory: per layer a key and a value tensor {@code [rows, kvHeads, capacity, headDim]}. The system gives the
 * memory when it is first written, so rows that were never used cost nothing.
 *
 * <p>Being host memory, the valid positions of a row may be read, and a row that was reserved be written, by the thread that
 * owns the sequence in it, while the device's thread works on others. After close both are an {@link IllegalStateException}.
 */
public final class HostKv implements KvRows, AutoCloseable {
    private final KvShape shape;
    private final int rows;
    private final int capacity;
    private final List<OrtTensor> tensors = new ArrayList<>();

    /** In the system's memory; see the other. */
    public HostKv(KvShape shape, int rows, int capacity) {
        this(shape, rows, capacity, HostTensors.SYSTEM);
    }

    /**
     * @param capacity positions of a row
     * @throws OutOfMemoryError if the memory is refused; nothing is kept of it then
     */
    public HostKv(KvShape shape, int rows, int capacity, HostTensors memory) {
        this.shape = shape;
        this.rows = rows;
        this.capacity = capacity;
        try {
            for (int i = 0; i < 2 * shape.layers(); i++) {
                tensors.add(memory.reserve(shape.type(), rows, shape.kvHeads(), capacity, shape.headDim()));
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            close();
            throw e;
        }
    }

    /** {@return a view of some neighbouring rows of one tensor: layer by layer, keys then values; the caller closes it} */
    public OrtTensor view(int tensor, int firstRow, int count) {
        return tensors.get(tensor)
                .view(
                        (long) firstRow * shape.kvHeads() * capacity * shape.headDim(),
                        count,
                        shape.kvHeads(),
                        capacity,
                        shape.headDim());
    }

    @Override
    public KvShape shape() {
        return shape;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public void read(int row, int from, int to, int firstLayer, int layers, MemorySegment packed) {
        long run = (to - from) * shape.bytesPerHead();
        int first = firstLayer * runsPerLayer(), runs = layers * runsPerLayer();
        ParallelCopy.pieces(
                runs,
                runs * run,
                memory(first),
                packed,
                i -> MemorySegment.copy(memory(first + i), offset(row, first + i, from), packed, i * run, run));
    }

    @Override
    public void write(int row, int at, int positions, int firstLayer, int layers, MemorySegment packed) {
        long run = positions * shape.bytesPerHead();
        int first = firstLayer * runsPerLayer(), runs = layers * runsPerLayer();
        ParallelCopy.pieces(
                runs,
                runs * run,
                memory(first),
                packed,
                i -> MemorySegment.copy(packed, i * run, memory(first + i), offset(row, first + i, at), run));
    }

    /**
     * Copies the first positions of a row of another table of the same shape, one layer of them, without a buffer between.
     *
     * @throws IllegalArgumentException if the shapes differ
     */
    public void copy(HostKv other, int theirRow, int row, int layer, int positions) {
        if (!shape.equals(other.shape)) {
            throw new IllegalArgumentException("Caches of " + other.shape + " do not fit caches of " + shape + ".");
        }
        long run = positions * shape.bytesPerHead();
        for (int i = layer * runsPerLayer(); i < (layer + 1) * runsPerLayer(); i++) {
            MemorySegment.copy(other.memory(i), other.offset(theirRow, i, 0), memory(i), offset(row, i, 0), run);
        }
    }

    @Override
    public void move(int fromRow, int toRow, int positions) {
        long run = positions * shape.bytesPerHead();
        for (int i = 0; i < runs(); i++) {
            MemorySegment.copy(memory(i), offset(fromRow, i, 0), memory(i), offset(toRow, i, 0), run);
        }
    }

    // A run is one head of one tensor: its positions are neighbours.
    private int runs() {
        return tensors.size() * shape.kvHeads();
    }

    private int runsPerLayer() {
        return 2 * shape.kvHeads();
    }

    private MemorySegment memory(int run) {
        return tensors.get(run / shape.kvHeads()).data();
    }

    private long offset(int row, int run, int position) {
        if (row < 0 || row >= rows || position < 0 || position > capacity) {
            throw new IndexOutOfBoundsException("Position " + position + " of row " + row + " is not in a cache of "
                    + rows + " rows of " + capacity + " positions.");
        }
        return (((long) row * shape.kvHeads() + run % shape.kvHeads()) * capacity + position) * shape.bytesPerHead();
    }

    @Override
    public KvBlock save(int row, int from, int to) {
        return HostBlock.save(this, row, from, to);
    }

    @Override
    public void restore(KvBlock block, int row, int at) {
        HostBlock.restore(block, this, row, at);
    }

    @Override
    public void close() {
        tensors.forEach(OrtTensor::close);
    }
}
