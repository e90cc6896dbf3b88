package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Values;
import java.util.ArrayList;
import java.util.List;

/** A region of an op. Good for as long as the op's handle. */
public final class Region {
    private final Op op;
    private final long handle;

    Region(Op op, long handle) {
        this.op = op;
        this.handle = handle;
    }

    /** {@return its blocks; exactly one in every op of the agent dialect} */
    public List<Block> blocks() {
        op.handle();
        List<Block> blocks = new ArrayList<>();
        for (long b = Values.firstBlock(handle); b != 0; b = Values.nextBlock(b)) blocks.add(new Block(op, b));
        return blocks;
    }

    /**
     * {@return its only block}
     *
     * @throws IllegalStateException when it has none or more than one
     */
    public Block block() {
        List<Block> blocks = blocks();
        if (blocks.size() != 1)
            throw new IllegalStateException("A region of " + op + " has " + blocks.size() + " blocks, not one.");
        return blocks.getFirst();
    }
}
