package io.agentopt.runtime.llm.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Saved positions in host memory, packed. */
final class HostBlock implements KvBlock {
    private final int positions;
    private final Arena arena = Arena.ofConfined(); // of the device's thread, as the whole table
    private final MemorySegment memory;

    HostBlock(int positions, long bytes) {
        this.positions = positions;
        memory = arena.allocate(bytes, 64);
    }

    /** {@return a copy of positions of a row} */
    static KvBlock save(KvRows rows, int row, int from, int to) {
        HostBlock block = new HostBlock(to - from, (to - from) * rows.shape().bytesPerPosition());
        rows.read(row, from, to, block.memory);
        return block;
    }

    /** Writes a block that {@link #save} made. */
    static void restore(KvBlock block, KvRows rows, int row, int at) {
        if (!(block instanceof HostBlock host)) {
            throw new IllegalArgumentException("The block " + block + " was saved on another device.");
        }
        rows.write(row, at, host.positions, host.memory);
    }

    @Override
    public int positions() {
        return positions;
    }

    @Override
    public long bytes() {
        return memory.byteSize();
    }

    @Override
    public void close() {
        arena.close();
    }
}
