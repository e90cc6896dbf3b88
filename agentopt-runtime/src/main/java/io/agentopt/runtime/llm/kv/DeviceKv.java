package io.agentopt.runtime.llm.kv;

import io.agentopt.mlir.gpu.BoxCopy;
import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.DeviceSegment;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.Lent;
import io.agentopt.mlir.gpu.RowCopy;
import io.agentopt.mlir.gpu.RowCopy.OnDevice;
import io.agentopt.runtime.backend.ort.OrtMemory;
import io.agentopt.runtime.backend.ort.OrtTensor;
import java.lang.foreign.MemorySegment;

/**
 * Caches in a GPU's memory: per layer a key and a value tensor {@code [rows, kvHeads, capacity, headDim]}, one after the other
 * in one allocation. Copies are queued behind what the stream of the model's runs has got so far.
 */
public final class DeviceKv implements KvRows, AutoCloseable {
    private final KvShape shape;
    private final int rows;
    private final int capacity;
    private final GpuContext context;
    private final GpuStream stream;
    private final OrtMemory where;
    private final DeviceMemory memory;
    private final Staging staging;
    private long changes;

    /**
     * @param where how ONNX Runtime calls the memory of the context's device
     * @throws OutOfMemoryError if the device has no room
     */
    public DeviceKv(KvShape shape, int rows, int capacity, GpuContext context, GpuStream stream, OrtMemory where) {
        this.shape = shape;
        this.rows = rows;
        this.capacity = capacity;
        this.context = context;
        this.stream = stream;
        this.where = where;
        memory = allocate(tensors() * tensorBytes(), "the caches of " + rows + " rows of " + capacity + " positions");
        staging = new Staging(context, stream, (long) shape.kvHeads() * capacity * shape.bytesPerHead());
        stream.fill(memory.slice(0, memory.bytes() / 4 * 4), 0); // what is behind valid positions must be numbers
    }

    private DeviceMemory allocate(long bytes, String what) {
        try {
            return context.allocate(bytes);
        } catch (GpuException e) {
            OutOfMemoryError error = new OutOfMemoryError("The " + context.device() + " has no room for " + what + ", "
                    + bytes + " bytes: " + e.getMessage());
            error.initCause(e);
            throw error;
        }
    }

    private int tensors() {
        return 2 * shape.layers();
    }

    private long tensorBytes() {
        return rows * rowBytes();
    }

    // of one tensor
    private long rowBytes() {
        return shape.kvHeads() * pitch();
    }

    // from one head to the next
    private long pitch() {
        return capacity * shape.bytesPerHead();
    }

    /** {@return a view of some neighbouring rows of one tensor: layer by layer, keys then values; the caller closes it} */
    public OrtTensor view(int tensor, int firstRow, int count) {
        Lent lent = memory.lend();
        try {
            return OrtTensor.over(
                    where,
                    lent.address() + tensor * tensorBytes() + firstRow * rowBytes(),
                    count * rowBytes(),
                    lent::close,
                    shape.type(),
                    count,
                    shape.kvHeads(),
                    capacity,
                    shape.headDim());
        } catch (RuntimeException e) {
            lent.close();
            throw e;
        }
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

    /** {@return the heads' positions from {@code at} on of one tensor of a row: {@code kvHeads} runs, a pitch apart} */
    private OnDevice runs(int tensor, int row, int at, int positions) {
        if (row < 0 || row >= rows || at < 0 || positions < 0 || at + positions > capacity) {
            throw new IndexOutOfBoundsException("Positions " + at + " to " + (at + positions) + " of row " + row
                    + " are not in a cache of " + rows + " rows of " + capacity + " positions.");
        }
        long from = tensor * tensorBytes() + row * rowBytes() + at * shape.bytesPerHead();
        return new OnDevice(memory.slice(from, rowBytes() - at * shape.bytesPerHead()));
    }

    @Override
    public void read(int row, int from, int to, int firstLayer, int layers, MemorySegment packed) {
        int n = to - from;
        if (n == 0) return;
        long run = n * shape.bytesPerHead();
        staging.down(
                2 * layers,
                shape.kvHeads() * run,
                packed,
                (tensor, host) -> new RowCopy(
                        host, run, runs(2 * firstLayer + tensor, row, from, n), pitch(), run, shape.kvHeads()));
    }

    @Override
    public void write(int row, int at, int positions, int firstLayer, int layers, MemorySegment packed) {
        changes++;
        if (positions == 0) return;
        long run = positions * shape.bytesPerHead();
        staging.up(
                2 * layers,
                shape.kvHeads() * run,
                packed,
                (tensor, host) -> new RowCopy(
                        runs(2 * firstLayer + tensor, row, at, positions), pitch(), host, run, run, shape.kvHeads()));
    }

    /** {@return a count of the calls that changed rows} */
    public long changes() {
        return changes;
    }

    @Override
    public void move(int fromRow, int toRow, int positions) {
        long run = positions * shape.bytesPerHead();
        if (run == 0 || fromRow == toRow) return;
        changes++;
        stream.copyBoxes(new BoxCopy(
                all(toRow, 0, positions),
                pitches(),
                all(fromRow, 0, positions),
                pitches(),
                run,
                shape.kvHeads(),
                tensors()));
    }

    /** {@return positions from {@code at} on of a row, in all tensors} */
    private DeviceSegment all(int row, int at, int positions) {
        long behind = runs(0, row, at, positions).segment().bytes(); // to the end of the row
        long from = (row + 1) * rowBytes() - behind;
        return memory.slice(from, memory.bytes() - from);
    }

    private BoxCopy.Pitches pitches() {
        return new BoxCopy.Pitches(pitch(), (long) rows * shape.kvHeads());
    }

    private BoxCopy.Pitches dense(long run) {
        return new BoxCopy.Pitches(run, shape.kvHeads());
    }

    @Override
    public KvBlock save(int row, int from, int to) {
        DeviceBlock block =
                new DeviceBlock(to - from, allocate((to - from) * shape.bytesPerPosition(), "a block of a cache"));
        long run = block.positions() * shape.bytesPerHead();
        if (run == 0) return block;
        stream.copyBoxes(new BoxCopy(
                block.saved.all(),
                dense(run),
                all(row, from, block.positions()),
                pitches(),
                run,
                shape.kvHeads(),
                tensors()));
        return block;
    }

    @Override
    public void restore(KvBlock block, int row, int at) {
        if (!(block instanceof DeviceBlock saved) || saved.owner() != this) {
            throw new IllegalArgumentException("The block " + block + " was saved on another device.");
        }
        changes++;
        long run = saved.positions() * shape.bytesPerHead();
        if (run == 0) return;
        stream.copyBoxes(new BoxCopy(
                all(row, at, saved.positions()),
                pitches(),
                saved.saved.all(),
                dense(run),
                run,
                shape.kvHeads(),
                tensors()));
    }

    private final class DeviceBlock implements KvBlock {
        private final int positions;
        private final DeviceMemory saved;

        DeviceBlock(int positions, DeviceMemory saved) {
            this.positions = positions;
            this.saved = saved;
        }

        DeviceKv owner() {
            return DeviceKv.this;
        }

        @Override
        public int positions() {
            return positions;
        }

        @Override
        public long bytes() {
            return saved.bytes();
        }

        @Override
        public void close() {
            if (!saved.isOpen()) return;
            try {
                stream.synchronize(); // copies to or from it may be on their way
                saved.close();
            } catch (GpuException e) {
                if (!e.isDeviceLost()) throw e; // the memory is lost with it
            }
        }
    }

    @Override
    public void close() {
        staging.close();
        memory.close();
    }
}
