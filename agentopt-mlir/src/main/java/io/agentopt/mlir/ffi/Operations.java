package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** Operations: reading their parts, creating, moving and erasing them. Callers vouch that every handle is alive and every index in range. */
public final class Operations {
    private Operations() {}

    private static final class Read {
        static final MethodHandle NAME = NativeFunction.of("agentoptName", 2);
        static final MethodHandle LOCATION_NAME = NativeFunction.of("agentoptLocationName", 2);
        static final MethodHandle PARENT = NativeFunction.of("mlirOperationGetParentOperation", 1);
        static final MethodHandle BLOCK = NativeFunction.of("mlirOperationGetBlock", 1);
        static final MethodHandle NEXT = NativeFunction.of("mlirOperationGetNextInBlock", 1);
        static final MethodHandle OPERANDS = NativeFunction.of("mlirOperationGetNumOperands", 1);
        static final MethodHandle OPERAND = NativeFunction.of("mlirOperationGetOperand", 2);
        static final MethodHandle RESULTS = NativeFunction.of("mlirOperationGetNumResults", 1);
        static final MethodHandle RESULT = NativeFunction.of("mlirOperationGetResult", 2);
        static final MethodHandle REGIONS = NativeFunction.of("mlirOperationGetNumRegions", 1);
        static final MethodHandle REGION = NativeFunction.of("mlirOperationGetRegion", 2);
    }

    private static final class Change {
        static final MethodHandle KIND = NativeFunction.of("agentoptKind", 3);
        static final MethodHandle CREATE = NativeFunction.of("agentoptCreate", 2);
        static final MethodHandle ERASE = NativeFunction.of("agentoptErase", 1);
        static final MethodHandle MOVE = NativeFunction.of("agentoptMove", 3);
        static final MethodHandle SET_OPERAND = NativeFunction.ofVoid("mlirOperationSetOperand", 3);
        static final MethodHandle NAME_LOCATION = NativeFunction.of("agentoptNameLocation", 3);
        static final MethodHandle SET_LOCATION = NativeFunction.ofVoid("agentoptSetLocation", 2);
    }

    /** {@return the handle of the op's kind; ops of one kind and context have the same} */
    public static long kind(long op) {
        try {
            return (long)
                    Read.NAME.invokeExact(op, Scratch.forCall().allocate(16, 8).address());
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return the op's kind, as "agent.generate"} */
    public static String kindName(long op) {
        try {
            MemorySegment view = Scratch.forCall().allocate(16, 8);
            long _ = (long) Read.NAME.invokeExact(op, view.address());
            return Memory.view(view, 0).intern();
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return the name in the op's location, or "" when it has none} */
    public static String locationName(long op) {
        try {
            Scratch scratch = Scratch.forCall();
            MemorySegment view = scratch.allocate(16, 8);
            return (long) Read.LOCATION_NAME.invokeExact(op, view.address()) == 0 ? "" : Memory.view(view, 0);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return the op around this one, or 0} */
    public static long parent(long op) {
        return get(Read.PARENT, op);
    }

    /** {@return the block of this op, or 0} */
    public static long block(long op) {
        return get(Read.BLOCK, op);
    }

    /** {@return the op behind this one in its block, or 0} */
    public static long next(long op) {
        return get(Read.NEXT, op);
    }

    public static int operandCount(long op) {
        return (int) get(Read.OPERANDS, op);
    }

    public static long operand(long op, int index) {
        return get(Read.OPERAND, op, index);
    }

    public static int resultCount(long op) {
        return (int) get(Read.RESULTS, op);
    }

    public static long result(long op, int index) {
        return get(Read.RESULT, op, index);
    }

    public static int regionCount(long op) {
        return (int) get(Read.REGIONS, op);
    }

    public static long region(long op, int index) {
        return get(Read.REGION, op, index);
    }

    /** {@return the handle of the kind of this name, or 0 when no loaded dialect defines it} */
    public static long kind(long session, String name) {
        return withText(Change.KIND, session, name);
    }

    /** {@return a location with this name, or the unknown location where it is empty} */
    public static long nameLocation(long session, String name) {
        return withText(Change.NAME_LOCATION, session, name);
    }

    public static void setLocation(long op, long location) {
        try {
            Change.SET_LOCATION.invokeExact(op, location);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return the op that a request laid out as capi_ops.cpp says asks for, or 0 when it would nest too deep} */
    public static long create(long session, Words request) {
        try {
            return (long) Change.CREATE.invokeExact(session, request.copy(Scratch.forCall()));
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return false, and nothing erased, when something outside the op uses a value of it} */
    public static boolean erase(long op) {
        return get(Change.ERASE, op) != 0;
    }

    /** {@return false, and nothing moved, when the target lies inside the op or too deep} */
    public static boolean move(long op, long target, boolean after) {
        try {
            return (long) Change.MOVE.invokeExact(op, target, after ? 1L : 0L) != 0;
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    public static void setOperand(long op, int index, long value) {
        try {
            Change.SET_OPERAND.invokeExact(op, (long) index, value);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** What was declared, and whole modules as tables. */
    private static final class Whole {
        static final MethodHandle TABLE = NativeFunction.of("agentoptTable", 2);
        static final MethodHandle DECLARED = NativeFunction.of("agentoptDeclared", 3);
    }

    /** {@return the op and all ops inside it, laid out as capi_table.cpp says} */
    public static long[] table(long op) {
        try {
            Scratch scratch = Scratch.forCall();
            MemorySegment length = scratch.allocate(JAVA_LONG);
            long words = (long) Whole.TABLE.invokeExact(op, length.address());
            return Memory.takeWords(words, length.get(JAVA_LONG, 0));
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return the attribute that the op was declared with under this name, or 0} */
    public static long declared(long op, String name) {
        return withText(Whole.DECLARED, op, name);
    }

    static long get(MethodHandle function, long handle) {
        try {
            return (long) function.invokeExact(handle);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    static long get(MethodHandle function, long handle, long index) {
        try {
            return (long) function.invokeExact(handle, index);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    static long withText(MethodHandle function, long handle, String text) {
        try {
            Scratch scratch = Scratch.forCall();
            byte[] utf8 = Memory.utf8(text);
            return (long)
                    function.invokeExact(handle, Memory.bytes(scratch, utf8).address(), (long) utf8.length);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    static void view(SegmentAllocator scratch, MemorySegment record, long offset, String text) {
        byte[] utf8 = Memory.utf8(text);
        record.set(JAVA_LONG, offset, Memory.bytes(scratch, utf8).address());
        record.set(JAVA_LONG, offset + 8, utf8.length);
    }

    static long longs(SegmentAllocator scratch, List<Long> values) {
        if (values.isEmpty()) return 0;
        MemorySegment array = scratch.allocate(8L * values.size(), 8);
        for (int i = 0; i < values.size(); i++) array.setAtIndex(JAVA_LONG, i, values.get(i));
        return array.address();
    }
}
