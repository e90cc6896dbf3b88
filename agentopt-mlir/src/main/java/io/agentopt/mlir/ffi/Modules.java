package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sessions (a context with its diagnostics) and modules. */
public final class Modules {
    private static final long DIAGNOSTIC_BYTES = 72;

    private Modules() {}

    /** A diagnostic as the library recorded it; line and column are 0 and texts empty where there is none. */
    public record RawDiagnostic(int severity, String message, String file, int line, int column, String name) {}

    /** The handles of each function are bound when it is first called. */
    private static final class Session {
        static final MethodHandle CREATE = NativeFunction.of("agentoptContextCreate", 0);
        static final MethodHandle DESTROY = NativeFunction.ofVoid("agentoptContextDestroy", 1);
        static final MethodHandle DIAGNOSTICS = NativeFunction.of("agentoptDiagnostics", 2);
        static final MethodHandle CLEAR = NativeFunction.ofVoid("agentoptClearDiagnostics", 1);
    }

    private static final class Content {
        static final MethodHandle CREATE = NativeFunction.of("agentoptModuleCreate", 1);
        static final MethodHandle PARSE = NativeFunction.of("agentoptModuleParse", 5);
        static final MethodHandle DESTROY = NativeFunction.ofVoid("agentoptModuleDestroy", 1);
        static final MethodHandle VERIFY = NativeFunction.of("agentoptVerify", 1);
        static final MethodHandle PRINT = NativeFunction.of("agentoptPrint", 3);
    }

    private static final class Bytecode {
        static final MethodHandle WRITE = NativeFunction.of("agentoptWriteBytecode", 2);
    }

    private static final class Passes {
        static final MethodHandle RUN = NativeFunction.of("agentoptRunPipeline", 6);
    }

    public static long createSession() {
        try {
            return (long) Session.CREATE.invokeExact();
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    public static void destroySession(long session) {
        try {
            Session.DESTROY.invokeExact(session);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return what was reported since the last call, which forgets it} */
    public static List<RawDiagnostic> takeDiagnostics(long session) {
        return takeDiagnostics(Session.DIAGNOSTICS, Session.CLEAR, session);
    }

    static List<RawDiagnostic> takeDiagnostics(MethodHandle read, MethodHandle clear, long session) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_LONG);
            long records = (long) read.invokeExact(session, count.address());
            long n = count.get(JAVA_LONG, 0);
            List<RawDiagnostic> diagnostics = new ArrayList<>();
            MemorySegment all = Memory.at(records, n * DIAGNOSTIC_BYTES);
            for (long i = 0; i < n; i++) {
                MemorySegment r = all.asSlice(i * DIAGNOSTIC_BYTES, DIAGNOSTIC_BYTES);
                diagnostics.add(new RawDiagnostic(
                        (int) r.get(JAVA_LONG, 0),
                        Memory.view(r, 56),
                        Memory.view(r, 24),
                        (int) r.get(JAVA_LONG, 8),
                        (int) r.get(JAVA_LONG, 16),
                        Memory.view(r, 40)));
            }
            if (n > 0) clear.invokeExact(session);
            return diagnostics;
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    public static long createModule(long session) {
        try {
            return (long) Content.CREATE.invokeExact(session);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return the module in this text or bytecode, or 0 when it does not parse or verify} */
    public static long parseModule(long session, byte[] content, String name) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] utf8 = Memory.utf8(name);
            return (long) Content.PARSE.invokeExact(
                    session,
                    Memory.bytes(arena, content).address(),
                    (long) content.length,
                    Memory.bytes(arena, utf8).address(),
                    (long) utf8.length);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    public static void destroyModule(long module) {
        try {
            Content.DESTROY.invokeExact(module);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    public static boolean verify(long op) {
        try {
            return (long) Content.VERIFY.invokeExact(op) != 0;
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return the op as text, with locations or without} */
    public static String print(long op, boolean locations) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocate(JAVA_LONG);
            long text = (long) Content.PRINT.invokeExact(op, locations ? 1L : 0L, length.address());
            return Memory.takeText(text, length.get(JAVA_LONG, 0));
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    public static byte[] writeBytecode(long op) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocate(JAVA_LONG);
            long bytes = (long) Bytecode.WRITE.invokeExact(op, length.address());
            return Memory.take(bytes, length.get(JAVA_LONG, 0));
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** How a run of passes ended. */
    public sealed interface Outcome {
        /** Every pass succeeded. */
        record Done() implements Outcome {}

        /** The text names no pipeline. */
        record BadPipeline(String reason) implements Outcome {}

        /** A pass or the verifier behind it failed; the diagnostics say why. */
        record Failed() implements Outcome {}
    }

    public static Outcome run(long session, long module, String pipeline) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] utf8 = Memory.utf8(pipeline);
            MemorySegment error = arena.allocate(JAVA_LONG, 2);
            long code = (long) Passes.RUN.invokeExact(
                    session,
                    module,
                    Memory.bytes(arena, utf8).address(),
                    (long) utf8.length,
                    error.address(),
                    error.address() + 8);
            if (code == 0) return new Outcome.Done();
            if (code == 2) return new Outcome.Failed();
            String reason = Memory.takeText(error.get(JAVA_LONG, 0), error.get(JAVA_LONG, 8));
            return new Outcome.BadPipeline(
                    Optional.of(reason.strip()).filter(s -> !s.isEmpty()).orElse("no reason given"));
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }
}
