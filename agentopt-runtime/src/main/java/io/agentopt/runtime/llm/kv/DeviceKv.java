package io.agentopt.runtime.llm.kv;

import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.Lent;
import io.agentopt.mlir.gpu.PinnedMemory;
import io.agentopt.mlir.gpu.RowCopy;
import io.agentopt.runtime.backend.ort.OrtMemory;
import io.agentopt.runtime.backend.ort.OrtTensor;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Caches in a GPU's memory, as {@link DeviceTable} lays them out, in one allocation. Copies are queued behind what the stream of
 * the model's runs has got so far. To and from pinned memory and other devices they go directly ({@link DirectCopy}), to and from
 * ordinary memory through a stage ({@link Staging}), as they also do where there is no memory for the direct way.
 */
public final class DeviceKv implements KvRows, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceKv.class);
    private static final long MOST_PINNED = 256L << 20, MOST_OUTGOING = 128L << 20; // bytes

    private final KvShape shape;
    private final GpuContext context;
    private final GpuStream stream;
    private final OrtMemory where;
    private final DeviceTable table;
    private final Staging staging;
    private final BlockPool<PinnedMemory> pinned;
    private final BlockPool<DeviceMemory> outgoing;
    private final Set<GpuContext> peers = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private @Nullable DirectCopy direct; // once there was memory for it
    private long changes;

    /**
     * @param where how ONNX Runtime calls the memory of the context's device
     * @throws OutOfMemoryError if the device has no room
     */
    public DeviceKv(KvShape shape, int rows, int capacity, GpuContext context, GpuStream stream, OrtMemory where) {
        this.shape = shape;
        this.context = context;
        this.stream = stream;
        this.where = where;
        DeviceMemory memory = allocate(
                DeviceTable.bytes(shape, rows, capacity),
                "the caches of " + rows + " rows of " + capacity + " positions");
        table = new DeviceTable(shape, rows, capacity, memory);
        staging = new Staging(context, stream, table.rowBytes());
        pinned = new BlockPool<>(
                "pinned memory", MOST_PINNED, context::allocatePinned, PinnedMemory::bytes, PinnedMemory::close);
        outgoing = new BlockPool<>(
                "memory of " + context.device(),
                MOST_OUTGOING,
                context::allocate,
                DeviceMemory::bytes,
                DeviceMemory::close);
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

    /** {@return a view of some neighbouring rows of one tensor: layer by layer, keys then values; the caller closes it} */
    public OrtTensor view(int tensor, int firstRow, int count) {
        Lent lent = table.memory().lend();
        try {
            return OrtTensor.over(
                    where,
                    lent.address() + tensor * table.tensorBytes() + firstRow * table.rowBytes(),
                    count * table.rowBytes(),
                    lent::close,
                    shape.type(),
                    count,
                    shape.kvHeads(),
                    capacity(),
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
        return table.rows();
    }

    @Override
    public int capacity() {
        return table.capacity();
    }

    /** {@return the device, for messages} */
    public String device() {
        return context.device().toString();
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
                        host,
                        run,
                        new RowCopy.OnDevice(table.heads(2 * firstLayer + tensor, row, from, n)),
                        table.pitch(),
                        run,
                        shape.kvHeads()));
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
                        new RowCopy.OnDevice(table.heads(2 * firstLayer + tensor, row, at, positions)),
                        table.pitch(),
                        host,
                        run,
                        run,
                        shape.kvHeads()));
    }

    /** As {@link #read}, of the first positions into pinned memory. {@return false, and nothing is done, if there is no memory for it} */
    boolean readDirect(int row, int positions, int firstLayer, int layers, PinnedMemory packed) {
        Optional<DirectCopy> copies = direct();
        copies.ifPresent(c ->
                c.out(part(row, positions, firstLayer, layers), (s, here, there) -> s.download(packed, there, here)));
        return copies.isPresent();
    }

    /** As {@link #write}, of the first positions from pinned memory. {@return false, and nothing is done, if there is no memory for it} */
    boolean writeDirect(int row, int positions, int firstLayer, int layers, PinnedMemory packed) {
        Optional<DirectCopy> copies = direct();
        if (copies.isPresent()) changes++;
        copies.ifPresent(
                c -> c.in(part(row, positions, firstLayer, layers), (s, here, there) -> s.upload(here, packed, there)));
        return copies.isPresent();
    }

    /** Packs the first positions into memory of this device; done when it returns. */
    void pack(int row, int positions, int firstLayer, int layers, DeviceMemory packed) {
        DeviceTable.Part part = part(row, positions, firstLayer, layers);
        stream.copyBoxes(part.pack(0, part.tensors(), packed.all()));
        stream.synchronize();
    }

    /** Writes what another device packed. */
    void unpack(int row, int positions, int firstLayer, int layers, DeviceMemory packed) {
        changes++;
        DeviceTable.Part part = part(row, positions, firstLayer, layers);
        DirectCopy.Leg leg = (s, here, there) -> s.copyFromPeer(here, packed.slice(there, here.bytes()));
        direct().ifPresentOrElse(c -> c.in(part, leg), () -> DirectCopy.asTheyLie(part, leg, stream));
    }

    private DeviceTable.Part part(int row, int positions, int firstLayer, int layers) {
        return new DeviceTable.Part(table, row, 0, positions, 2 * firstLayer, 2 * layers);
    }

    private Optional<DirectCopy> direct() {
        if (direct != null) return Optional.of(direct);
        try {
            DirectCopy made = new DirectCopy(context, stream, shape.kvHeads());
            direct = made;
            return Optional.of(made);
        } catch (GpuException e) {
            LOG.debug("No memory for direct copies on {}: {}", context.device(), e.getMessage());
            return Optional.empty();
        }
    }

    /** {@return pinned memory that another hand-over has left} */
    Optional<TransferBuffer> idlePinned(long bytes) {
        return pinned.idle(bytes).map(m -> new TransferBuffer.Pinned(this, m));
    }

    /** {@return pinned memory, if there is some} */
    Optional<TransferBuffer> pinned(long bytes) {
        return pinned.take(bytes).map(m -> new TransferBuffer.Pinned(this, m));
    }

    /** {@return memory of this device that the other reaches and that another hand-over has left} */
    Optional<TransferBuffer> idlePeer(DeviceKv other, long bytes) {
        if (!peers.contains(other.context)) return Optional.empty();
        return outgoing.idle(bytes).map(m -> new TransferBuffer.Peer(this, m));
    }

    /** {@return memory of this device that the other reaches, if it does and there is some} */
    Optional<TransferBuffer> peer(DeviceKv other, long bytes) {
        if (!peers.contains(other.context)) {
            if (!context.reachPeer(other.context)) {
                LOG.debug("{} and {} do not reach each other's memory.", other.device(), device());
                return Optional.empty();
            }
            peers.add(other.context);
        }
        return outgoing.take(bytes).map(m -> new TransferBuffer.Peer(this, m));
    }

    void giveBack(PinnedMemory block) {
        pinned.giveBack(block);
    }

    void giveBack(DeviceMemory block) {
        outgoing.giveBack(block);
    }

    /** {@return a count of the calls that changed rows} */
    public long changes() {
        return changes;
    }

    @Override
    public void move(int fromRow, int toRow, int positions) {
        if (positions == 0 || fromRow == toRow) return;
        changes++;
        stream.copyBoxes(table.move(fromRow, toRow, positions));
    }

    @Override
    public KvBlock save(int row, int from, int to) {
        DeviceBlock block =
                new DeviceBlock(to - from, allocate((to - from) * shape.bytesPerPosition(), "a block of a cache"));
        if (block.positions() == 0) return block;
        stream.copyBoxes(table.part(row, from, block.positions()).pack(0, table.tensors(), block.saved.all()));
        return block;
    }

    @Override
    public void restore(KvBlock block, int row, int at) {
        if (!(block instanceof DeviceBlock saved) || saved.owner() != this) {
            throw new IllegalArgumentException("The block " + block + " was saved on another device.");
        }
        changes++;
        if (saved.positions() == 0) return;
        stream.copyBoxes(table.part(row, at, saved.positions()).unpack(0, table.tensors(), saved.saved.all()));
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

    /** Waits for hand-overs under way. */
    @Override
    @SuppressWarnings("try") // closes all, the last first, whatever the others throw
    public void close() {
        DeviceMemory memory = table.memory();
        try (memory;
                staging;
                DirectCopy _ = direct;
                pinned;
                outgoing) {}
    }
}
