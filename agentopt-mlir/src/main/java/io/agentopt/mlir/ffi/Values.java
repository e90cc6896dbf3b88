package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/** Values, blocks and regions. Callers vouch that every handle is alive and every index in range. */
public final class Values {
    private Values() {}

    private static final class OfValue {
        static final MethodHandle TYPE = NativeFunction.of("mlirValueGetType", 1);
        static final MethodHandle OWNER = NativeFunction.ofVoid("agentoptOwner", 2);
    }

    private static final class OfUse {
        static final MethodHandle FIRST = NativeFunction.of("mlirValueGetFirstUse", 1);
        static final MethodHandle NEXT = NativeFunction.of("mlirOpOperandGetNextUse", 1);
        static final MethodHandle OWNER = NativeFunction.of("mlirOpOperandGetOwner", 1);
        static final MethodHandle REPLACE = NativeFunction.ofVoid("agentoptReplaceAllUses", 2);
    }

    private static final class OfBlock {
        static final MethodHandle FIRST = NativeFunction.of("mlirRegionGetFirstBlock", 1);
        static final MethodHandle NEXT = NativeFunction.of("mlirBlockGetNextInRegion", 1);
        static final MethodHandle ARGUMENTS = NativeFunction.of("mlirBlockGetNumArguments", 1);
        static final MethodHandle ARGUMENT = NativeFunction.of("mlirBlockGetArgument", 2);
        static final MethodHandle FIRST_OP = NativeFunction.of("mlirBlockGetFirstOperation", 1);
        static final MethodHandle PARENT = NativeFunction.of("mlirBlockGetParentOperation", 1);
    }

    /**
     * Who defines a value.
     *
     * @param result whether it is a result of an op, and not an argument of a block
     * @param handle that op or block
     * @param index which result or argument
     */
    public record Definition(boolean result, long handle, int index) {}

    public static Definition definition(long value) {
        try {
            Scratch scratch = Scratch.forCall();
            MemorySegment record = scratch.allocate(24, 8);
            OfValue.OWNER.invokeExact(value, record.address());
            return new Definition(
                    record.get(JAVA_LONG, 0) != 0, record.get(JAVA_LONG, 8), (int) record.get(JAVA_LONG, 16));
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    public static long type(long value) {
        return Operations.get(OfValue.TYPE, value);
    }

    /** {@return the ops that use the value, one entry for each operand} */
    public static List<Long> users(long value) {
        List<Long> users = new ArrayList<>();
        for (long use = Operations.get(OfUse.FIRST, value); use != 0; use = Operations.get(OfUse.NEXT, use)) {
            users.add(Operations.get(OfUse.OWNER, use));
        }
        return users;
    }

    public static void replaceAllUses(long value, long replacement) {
        try {
            OfUse.REPLACE.invokeExact(value, replacement);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return the first block of a region, or 0} */
    public static long firstBlock(long region) {
        return Operations.get(OfBlock.FIRST, region);
    }

    /** {@return the block behind this one, or 0} */
    public static long nextBlock(long block) {
        return Operations.get(OfBlock.NEXT, block);
    }

    public static int argumentCount(long block) {
        return (int) Operations.get(OfBlock.ARGUMENTS, block);
    }

    public static long argument(long block, int index) {
        return Operations.get(OfBlock.ARGUMENT, block, index);
    }

    /** {@return the first op of a block, or 0} */
    public static long firstOp(long block) {
        return Operations.get(OfBlock.FIRST_OP, block);
    }

    /** {@return the op whose region holds the block} */
    public static long blockParent(long block) {
        return Operations.get(OfBlock.PARENT, block);
    }
}
