package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Operations;
import io.agentopt.mlir.ffi.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A block: arguments and a list of ops. Good for as long as the handle of the op around it. */
public final class Block {
    private final Op parent;
    private final long handle;

    Block(Op parent, long handle) {
        this.parent = parent;
        this.handle = handle;
    }

    /** {@return the op whose region holds the block} */
    public Op parent() {
        handle();
        return parent;
    }

    public List<Value> arguments() {
        return IntStream.range(0, Values.argumentCount(handle()))
                .mapToObj(this::argument)
                .toList();
    }

    /**
     * {@return the argument at an index}
     *
     * @throws IndexOutOfBoundsException when there is none
     */
    public Value argument(int index) {
        int count = Values.argumentCount(handle());
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException(
                    "The block of " + parent + " has " + count + " argument(s), none at index " + index + ".");
        }
        return new Value(parent.owner(), Values.argument(handle, index), new Value.Definition.ByBlock(this, index));
    }

    /** {@return its ops now, in order; ops added later are not in this list} */
    public List<Op> ops() {
        List<Op> ops = new ArrayList<>();
        for (long op = Values.firstOp(handle()); op != 0; op = Operations.next(op))
            ops.add(parent.owner().op(op));
        return ops;
    }

    /** {@return the last op, which ends the block when it is a terminator} */
    public Optional<Op> last() {
        List<Op> ops = ops();
        return ops.isEmpty() ? Optional.empty() : Optional.of(ops.getLast());
    }

    long handle() {
        parent.handle();
        return handle;
    }

    MlirModule owner() {
        return parent.owner();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Block b && b.handle == handle && b.parent == parent;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(handle);
    }
}
