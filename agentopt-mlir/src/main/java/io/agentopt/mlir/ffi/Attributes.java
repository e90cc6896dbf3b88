package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Attributes and types. Both are interned by their context and live as long as it. */
public final class Attributes {
    private Attributes() {}

    private static final class OfOp {
        static final MethodHandle GET = NativeFunction.of("agentoptAttribute", 2);
        static final MethodHandle READ = NativeFunction.ofVoid("agentoptReadAttribute", 2);
        static final MethodHandle NAMES = NativeFunction.of("agentoptAttributeNames", 3);
        static final MethodHandle SET = NativeFunction.ofVoid("agentoptSetAttribute", 3);
        static final MethodHandle REMOVE = NativeFunction.ofVoid("agentoptRemoveAttribute", 2);
    }

    private static final class Make {
        static final MethodHandle STRING = NativeFunction.of("agentoptStringAttribute", 3);
        static final MethodHandle INTEGER = NativeFunction.of("agentoptIntegerAttribute", 2);
        static final MethodHandle BOOL = NativeFunction.of("agentoptBoolAttribute", 2);
        static final MethodHandle UNIT = NativeFunction.of("agentoptUnitAttribute", 1);
        static final MethodHandle TYPE = NativeFunction.of("agentoptTypeAttribute", 1);
        static final MethodHandle PARSE = NativeFunction.of("agentoptParseAttribute", 3);
        static final MethodHandle ESTIMATE = NativeFunction.of("agentoptEstimateAttribute", 4);
    }

    private static final class MakeReal {
        static final MethodHandle DOUBLE =
                NativeFunction.of("agentoptDoubleAttribute", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_DOUBLE));
    }

    private static final class OfType {
        static final MethodHandle PARSE = NativeFunction.of("agentoptParseType", 3);
        static final MethodHandle PARAMETER = NativeFunction.of("agentoptTypeParameter", 2);
    }

    private static final class Print {
        static final MethodHandle TYPE = NativeFunction.of("agentoptPrintType", 2);
        static final MethodHandle ATTRIBUTE = NativeFunction.of("agentoptPrintAttribute", 2);
    }

    /** An attribute's content. */
    public sealed interface Raw {
        record Unit() implements Raw {}

        record Whole(long value) implements Raw {}

        record Real(double value) implements Raw {}

        record Text(String value) implements Raw {}

        record Bool(boolean value) implements Raw {}

        record OfType(long type) implements Raw {}

        /** Numbers are NaN and the word is empty where missing. */
        record Estimate(double seconds, double dollars, double spread, String confidence) implements Raw {}

        record Other(String printed) implements Raw {}
    }

    /** {@return the op's attribute of the name that a string attribute is, or 0} */
    public static long get(long op, long name) {
        return Operations.get(OfOp.GET, op, name);
    }

    public static Raw read(long attribute) {
        try {
            Scratch scratch = Scratch.forCall();
            MemorySegment record = scratch.allocate(72, 8);
            OfOp.READ.invokeExact(attribute, record.address());
            return switch ((int) record.get(JAVA_LONG, 0)) {
                case 1 -> new Raw.Unit();
                case 2 -> new Raw.Whole(record.get(JAVA_LONG, 8));
                case 3 -> new Raw.Real(record.get(JAVA_DOUBLE, 16));
                case 4 -> new Raw.Text(Memory.view(record, 24));
                case 5 -> new Raw.Bool(record.get(JAVA_LONG, 8) != 0);
                case 6 -> new Raw.OfType(record.get(JAVA_LONG, 40));
                case 8 ->
                    new Raw.Estimate(
                            record.get(JAVA_DOUBLE, 48),
                            record.get(JAVA_DOUBLE, 56),
                            record.get(JAVA_DOUBLE, 64),
                            Memory.view(record, 24));
                default -> new Raw.Other(printed(Print.ATTRIBUTE, attribute));
            };
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return the names of the op's attributes, sorted} */
    public static List<String> names(long op) {
        for (int capacity = 16; ; capacity *= 4) {
            try {
                Scratch scratch = Scratch.forCall();
                MemorySegment views = scratch.allocate(16L * capacity, 8);
                int count = (int) (long) OfOp.NAMES.invokeExact(op, views.address(), (long) capacity);
                if (count > capacity) continue;
                List<String> names = new ArrayList<>();
                for (int i = 0; i < count; i++) names.add(Memory.view(views, 16L * i));
                return names;
            } catch (Throwable t) {
                throw NativeFunction.failed(t);
            }
        }
    }

    public static void set(long op, long name, long attribute) {
        try {
            OfOp.SET.invokeExact(op, name, attribute);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    public static void remove(long op, long name) {
        try {
            OfOp.REMOVE.invokeExact(op, name);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    public static long string(long session, String value) {
        return Operations.withText(Make.STRING, session, value);
    }

    public static long integer(long session, long value) {
        return Operations.get(Make.INTEGER, session, value);
    }

    public static long real(long session, double value) {
        try {
            return (long) MakeReal.DOUBLE.invokeExact(session, value);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return the attribute, or 0 where the verifier refuses it; a number is NaN and the word empty where missing} */
    public static long estimate(long session, double seconds, double dollars, double spread, String confidence) {
        try {
            Scratch scratch = Scratch.forCall();
            MemorySegment numbers = scratch.allocate(24, 8);
            numbers.set(JAVA_DOUBLE, 0, seconds);
            numbers.set(JAVA_DOUBLE, 8, dollars);
            numbers.set(JAVA_DOUBLE, 16, spread);
            byte[] word = Memory.utf8(confidence);
            MemorySegment text = Memory.bytes(scratch, word);
            return (long) Make.ESTIMATE.invokeExact(session, numbers.address(), text.address(), (long) word.length);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    public static long bool(long session, boolean value) {
        return Operations.get(Make.BOOL, session, value ? 1 : 0);
    }

    public static long unit(long session) {
        return Operations.get(Make.UNIT, session);
    }

    public static long ofType(long type) {
        return Operations.get(Make.TYPE, type);
    }

    /** {@return the attribute, or 0 when the text is none; the diagnostics say why} */
    public static long parseAttribute(long session, String text) {
        return Operations.withText(Make.PARSE, session, text);
    }

    /** {@return the type, or 0 when the text is none; the diagnostics say why} */
    public static long parseType(long session, String text) {
        return Operations.withText(OfType.PARSE, session, text);
    }

    public static String printType(long type) {
        return printed(Print.TYPE, type);
    }

    /** {@return the tag of an agent.value or the model of an agent.kv_cache; empty for other types} */
    public static Optional<String> typeParameter(long type) {
        try {
            Scratch scratch = Scratch.forCall();
            MemorySegment view = scratch.allocate(16, 8);
            if ((long) OfType.PARAMETER.invokeExact(type, view.address()) == 0) return Optional.empty();
            return Optional.of(Memory.view(view, 0));
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    private static String printed(MethodHandle function, long handle) {
        try {
            Scratch scratch = Scratch.forCall();
            MemorySegment length = scratch.allocate(JAVA_LONG);
            long text = (long) function.invokeExact(handle, length.address());
            return Memory.takeText(text, length.get(JAVA_LONG, 0));
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }
}
