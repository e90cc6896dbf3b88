package io.agentopt.runtime.llm.kv;

import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.PinnedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Packed keys and values on their way from one table to another: in ordinary memory, in pinned memory that a device reads
 * and writes by itself, or in the memory of the device that gives them. Each table copies its part on the thread that may touch it.
 * An engine that closes waits for its buffers, so hold one no longer than a copy takes.
 */
public sealed interface TransferBuffer extends AutoCloseable {
    /** Takes the first positions of some layers of a row. */
    void take(KvRows from, int row, int positions, int firstLayer, int layers);

    /** Gives what was taken last to a row that has none yet, or to the same positions of another. */
    void give(KvRows to, int row, int positions, int firstLayer, int layers);

    /** Gives the memory back. */
    @Override
    void close();

    /**
     * {@return a buffer between two tables that need no memory of the system for it: ordinary memory where no device takes part,
     * or what another hand-over has left; any thread may ask}
     */
    static Optional<TransferBuffer> ready(KvRows from, KvRows to, long bytes) {
        if (from instanceof DeviceKv source) {
            return to instanceof DeviceKv target ? source.idlePeer(target, bytes) : source.idlePinned(bytes);
        }
        return to instanceof DeviceKv target ? target.idlePinned(bytes) : Optional.of(new Ordinary(bytes));
    }

    /** {@return the best buffer between two tables that there is memory for; on the thread of the first that is a device's} */
    static TransferBuffer between(KvRows from, KvRows to, long bytes) {
        Optional<TransferBuffer> best = Optional.empty();
        if (from instanceof DeviceKv source) {
            if (to instanceof DeviceKv target) best = source.peer(target, bytes);
            if (best.isEmpty()) best = source.pinned(bytes);
        } else if (to instanceof DeviceKv target) {
            best = target.pinned(bytes);
        }
        return best.orElseGet(() -> new Ordinary(bytes));
    }

    /** In the system's memory. */
    record Ordinary(Arena arena, MemorySegment memory) implements TransferBuffer {
        Ordinary(long bytes) {
            this(Arena.ofShared(), bytes);
        }

        private Ordinary(Arena arena, long bytes) {
            this(arena, arena.allocate(bytes, 64));
        }

        @Override
        public void take(KvRows from, int row, int positions, int firstLayer, int layers) {
            from.read(row, 0, positions, firstLayer, layers, memory);
        }

        @Override
        public void give(KvRows to, int row, int positions, int firstLayer, int layers) {
            to.write(row, 0, positions, firstLayer, layers, memory);
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /** In memory that the owner's device reaches by itself, and others as any memory of the host. */
    record Pinned(DeviceKv owner, PinnedMemory memory) implements TransferBuffer {
        @Override
        public void take(KvRows from, int row, int positions, int firstLayer, int layers) {
            if (from != owner || !owner.readDirect(row, positions, firstLayer, layers, memory)) {
                from.read(row, 0, positions, firstLayer, layers, memory.segment());
            }
        }

        @Override
        public void give(KvRows to, int row, int positions, int firstLayer, int layers) {
            if (to != owner || !owner.writeDirect(row, positions, firstLayer, layers, memory)) {
                to.write(row, 0, positions, firstLayer, layers, memory.segment());
            }
        }

        @Override
        public void close() {
            owner.giveBack(memory);
        }
    }

    /** In memory of the device that gives. */
    record Peer(DeviceKv owner, DeviceMemory memory) implements TransferBuffer {
        @Override
        public void take(KvRows from, int row, int positions, int firstLayer, int layers) {
            if (from != owner) throw new IllegalArgumentException("The buffer is of another device's memory.");
            owner.pack(row, positions, firstLayer, layers, memory);
        }

        @Override
        public void give(KvRows to, int row, int positions, int firstLayer, int layers) {
            if (!(to instanceof DeviceKv device)) {
                throw new IllegalArgumentException("The buffer is of a device's memory, and these caches are not.");
            }
            device.unpack(row, positions, firstLayer, layers, memory);
        }

        @Override
        public void close() {
            owner.giveBack(memory);
        }
    }
}
