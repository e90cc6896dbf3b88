package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
        static final MethodHandle REGISTERED = NativeFunction.of("agentoptIsRegistered", 3);
        static final MethodHandle CREATE = NativeFunction.of("agentoptCreate", 1);
        static final MethodHandle ERASE = NativeFunction.of("agentoptErase", 1);
        static final MethodHandle MOVE = NativeFunction.of("agentoptMove", 3);
        static final MethodHandle SET_OPERAND = NativeFunction.ofVoid("mlirOperationSetOperand", 3);
        static final MethodHandle NAME_LOCATION = NativeFunction.of("agentoptNameLocation", 3);
        static final MethodHandle SET_LOCATION = NativeFunction.ofVoid("agentoptSetLocation", 2);
    }

    /** {@return the op's kind, as "agent.generate"; {@code known} keeps those met so far, by their handle} */
    public static String kind(long op, Map<Long, String> known) {
        try {
            Scratch scratch = Scratch.forCall();
            MemorySegment view = scratch.allocate(16, 8);
            long kind = (long) Read.NAME.invokeExact(op, view.address());
            return known.computeIfAbsent(kind, _ -> Memory.view(view, 0).intern());
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

    /** {@return whether a loaded dialect defines this op} */
    public static boolean isRegistered(long session, String name) {
        return withText(Change.REGISTERED, session, name) != 0;
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

    /**
     * An op to create.
     *
     * @param regions the argument types of the one block of each region
     * @param block where the op goes
     * @param before the op of that block that it goes before, or 0 for the end
     */
    public record Request(
            String name,
            long location,
            List<Long> operands,
            List<Long> results,
            List<String> attributeNames,
            List<Long> attributes,
            List<List<Long>> regions,
            long block,
            long before) {}

    /** {@return the new op, or 0 when it would nest too deep} */
    public static long create(Request request) {
        try {
            Scratch scratch = Scratch.forCall();
            MemorySegment r = scratch.allocate(15 * 8L, 8);
            view(scratch, r, 0, request.name());
            r.set(JAVA_LONG, 16, request.location());
            array(scratch, r, 24, request.operands());
            array(scratch, r, 40, request.results());
            MemorySegment names = views(scratch, request.attributeNames());
            r.set(JAVA_LONG, 56, request.attributes().size());
            r.set(JAVA_LONG, 64, names.address());
            r.set(JAVA_LONG, 72, longs(scratch, request.attributes()));
            r.set(JAVA_LONG, 80, request.regions().size());
            List<Long> counts = new ArrayList<>();
            List<Long> arguments = new ArrayList<>();
            for (List<Long> types : request.regions()) {
                counts.add((long) types.size());
                arguments.addAll(types);
            }
            r.set(JAVA_LONG, 88, longs(scratch, counts));
            r.set(JAVA_LONG, 96, longs(scratch, arguments));
            r.set(JAVA_LONG, 104, request.block());
            r.set(JAVA_LONG, 112, request.before());
            return (long) Change.CREATE.invokeExact(r.address());
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

    /** Locations that carry what was declared, and whole modules as tables. */
    private static final class Whole {
        static final MethodHandle TABLE = NativeFunction.of("agentoptTable", 2);
        static final MethodHandle DECLARED = NativeFunction.of("agentoptDeclared", 3);
        static final MethodHandle LOCATION = NativeFunction.of("agentoptDeclaredLocation", 6);
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

    /** {@return a location with a name and what was declared} */
    public static long declaredLocation(long session, String name, List<String> keys, List<Long> values) {
        try {
            Scratch scratch = Scratch.forCall();
            byte[] utf8 = Memory.utf8(name);
            MemorySegment views = views(scratch, keys);
            return (long) Whole.LOCATION.invokeExact(
                    session,
                    Memory.bytes(scratch, utf8).address(),
                    (long) utf8.length,
                    (long) keys.size(),
                    views.address(),
                    longs(scratch, values));
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
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

    private static void view(SegmentAllocator scratch, MemorySegment record, long offset, String text) {
        byte[] utf8 = Memory.utf8(text);
        record.set(JAVA_LONG, offset, Memory.bytes(scratch, utf8).address());
        record.set(JAVA_LONG, offset + 8, utf8.length);
    }

    private static MemorySegment views(SegmentAllocator scratch, List<String> texts) {
        MemorySegment views = scratch.allocate(16L * Math.max(1, texts.size()), 8);
        for (int i = 0; i < texts.size(); i++) view(scratch, views, 16L * i, texts.get(i));
        return views;
    }

    private static void array(SegmentAllocator scratch, MemorySegment record, long offset, List<Long> values) {
        record.set(JAVA_LONG, offset, values.size());
        record.set(JAVA_LONG, offset + 8, longs(scratch, values));
    }

    private static long longs(SegmentAllocator scratch, List<Long> values) {
        if (values.isEmpty()) return 0;
        MemorySegment array = scratch.allocate(8L * values.size(), 8);
        for (int i = 0; i < values.size(); i++) array.setAtIndex(JAVA_LONG, i, values.get(i));
        return array.address();
    }
}
