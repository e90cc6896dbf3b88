package io.agentopt.runtime.llm.kv;

import io.agentopt.runtime.backend.ort.OrtTensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Caches in host memory for models that concatenate: per row and layer a dense key and value tensor {@code [1, kvHeads, length,
 * headDim]}. A run reads a row's tensors and writes the spare ones, one position or more longer; then the two change places,
 * so nothing is copied but what the model itself copies. There is one spare set for all rows.
 */
public final class ConcatKv implements KvRows, AutoCloseable {
    private final KvShape shape;
    private final int rows;
    private final int capacity;
    private final List<List<OrtTensor>> sets =
            new ArrayList<>(); // rows and the spare: layer by layer, keys then values
    private final int[] set; // by row, and of the spare at last
    private final int[] length; // by row: what its tensors are laid out for

    /** In the system's memory; see the other. */
    public ConcatKv(KvShape shape, int rows, int capacity) {
        this(shape, rows, capacity, HostTensors.SYSTEM);
    }

    /**
     * @param capacity positions of a row
     * @throws OutOfMemoryError if the memory is refused; nothing is kept of it then
     */
    public ConcatKv(KvShape shape, int rows, int capacity, HostTensors memory) {
        this.shape = shape;
        this.rows = rows;
        this.capacity = capacity;
        set = IntStream.rangeClosed(0, rows).toArray();
        length = new int[rows];
        long elements = (long) shape.kvHeads() * capacity * shape.headDim();
        try {
            for (int s = 0; s <= rows; s++) {
                List<OrtTensor> tensors = new ArrayList<>();
                sets.add(tensors);
                for (int i = 0; i < 2 * shape.layers(); i++) tensors.add(memory.reserve(shape.type(), elements));
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            close();
            throw e;
        }
    }

    /** {@return the first positions of one tensor of a row: layer by layer, keys then values; the caller closes it} */
    public OrtTensor past(int row, int tensor, int positions) {
        lay(row, positions);
        return view(set[row], tensor, positions);
    }

    /** {@return room for one tensor of a row with so many positions; the caller closes it} */
    public OrtTensor present(int tensor, int positions) {
        return view(set[rows], tensor, positions);
    }

    /** Makes what was written to {@link #present} the row's tensors. */
    public void accept(int row, int positions) {
        int spare = set[row];
        set[row] = set[rows];
        set[rows] = spare;
        length[row] = positions;
    }

    private OrtTensor view(int at, int tensor, int positions) {
        return sets.get(at).get(tensor).view(0, 1, shape.kvHeads(), positions, shape.headDim());
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
        check(row, from, to, length[row]);
        long run = (to - from) * shape.bytesPerHead();
        int first = firstLayer * runsPerLayer();
        for (int i = 0; i < layers * runsPerLayer(); i++) {
            MemorySegment.copy(memory(row, first + i), offset(row, first + i, from), packed, i * run, run);
        }
    }

    @Override
    public void write(int row, int at, int positions, int firstLayer, int layers, MemorySegment packed) {
        check(row, at, at + positions, capacity);
        if (at + positions > length[row]) lay(row, at + positions);
        long run = positions * shape.bytesPerHead();
        int first = firstLayer * runsPerLayer();
        for (int i = 0; i < layers * runsPerLayer(); i++) {
            MemorySegment.copy(packed, i * run, memory(row, first + i), offset(row, first + i, at), run);
        }
    }

    @Override
    public void move(int fromRow, int toRow, int positions) {
        if (fromRow == toRow) return;
        check(fromRow, 0, positions, length[fromRow]);
        check(toRow, 0, positions, capacity);
        length[toRow] = positions;
        long run = positions * shape.bytesPerHead();
        for (int i = 0; i < runs(); i++) {
            MemorySegment.copy(memory(fromRow, i), offset(fromRow, i, 0), memory(toRow, i), offset(toRow, i, 0), run);
        }
    }

    @Override
    public KvBlock save(int row, int from, int to) {
        return HostBlock.save(this, row, from, to);
    }

    @Override
    public void restore(KvBlock block, int row, int at) {
        HostBlock.restore(block, this, row, at);
    }

    /** Lays the tensors of a row out anew, for another number of positions; what both have room for stays. */
    private void lay(int row, int positions) {
        int before = length[row], heads = shape.kvHeads();
        if (before == positions) return;
        long kept = Math.min(before, positions) * shape.bytesPerHead();
        long from = before * shape.bytesPerHead(), to = positions * shape.bytesPerHead();
        for (OrtTensor tensor : sets.get(set[row])) {
            MemorySegment memory = tensor.data();
            for (int i = 1; i < heads; i++) { // apart first, together last: no head lands on one that is still to move
                int head = positions > before ? heads - i : i;
                MemorySegment.copy(memory, head * from, memory, head * to, kept);
            }
        }
        length[row] = positions;
    }

    // A run is one head of one tensor: its positions are neighbours.
    private int runs() {
        return shape.layers() * runsPerLayer();
    }

    private int runsPerLayer() {
        return 2 * shape.kvHeads();
    }

    private MemorySegment memory(int row, int run) {
        return sets.get(set[row]).get(run / shape.kvHeads()).data();
    }

    private long offset(int row, int run, int position) {
        return ((long) (run % shape.kvHeads()) * length[row] + position) * shape.bytesPerHead();
    }

    private void check(int row, int from, int to, int room) {
        if (row < 0 || row >= rows || from < 0 || to < from || to > room) {
            throw new IndexOutOfBoundsException("Positions " + from + " to " + to + " of row " + row
                    + " are not in a cache of " + rows + " rows of " + capacity + " positions, of which the row has "
                    + (row >= 0 && row < rows ? length[row] : 0) + ".");
        }
    }

    @Override
    public void close() {
        sets.forEach(tensors -> tensors.forEach(OrtTensor::close));
    }
}
