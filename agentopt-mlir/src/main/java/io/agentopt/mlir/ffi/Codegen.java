package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.mlir.ffi.Modules.Outcome;
import io.agentopt.mlir.ffi.Modules.RawDiagnostic;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The code generation library of this process, loaded at first use: sessions, passes, and code for processors and GPUs. */
public final class Codegen {
    private Codegen() {}

    /** {@return whether code can be generated here, and by which file, or why not; never throws} */
    public static Availability availability() {
        return library().availability();
    }

    /** {@return what tells one build of the library from another} */
    public static String version() {
        return text(Code.VERSION);
    }

    /** {@return the library, loaded or not} */
    static NativeLibrary library() {
        return Loaded.LIBRARY;
    }

    private static final class Loaded {
        static final NativeLibrary LIBRARY = NativeLibrary.find(NativeLibrary.Search.ofProcess(Library.CODEGEN));
    }

    private static MethodHandle of(String name, int arguments) {
        return NativeFunction.in(library(), name, arguments);
    }

    private static MethodHandle ofVoid(String name, int arguments) {
        MethodHandle function = of(name, arguments);
        return function.asType(function.type().changeReturnType(void.class));
    }

    /** The functions of both libraries, as this one has them. */
    private static final class Session {
        static final MethodHandle CREATE = of("agentoptContextCreate", 0);
        static final MethodHandle CLOSE = ofVoid("agentoptSessionClose", 2);
        static final MethodHandle DIAGNOSTICS = of("agentoptDiagnostics", 2);
        static final MethodHandle CLEAR = ofVoid("agentoptClearDiagnostics", 1);
        static final MethodHandle PARSE = of("agentoptModuleParse", 5);
        static final MethodHandle RUN = of("agentoptRunPipeline", 6);
        static final MethodHandle PRINT = of("agentoptPrint", 3);
    }

    private static final class Code {
        static final MethodHandle FREE = ofVoid("agentoptFree", 1);
        static final MethodHandle EMIT = of("agentoptEmit", 11);
        static final MethodHandle VERSION = of("agentoptVersion", 1);
        static final MethodHandle HOST_CHIP = of("agentoptHostChip", 1);
        static final MethodHandle HOST_FEATURES = of("agentoptHostFeatures", 1);
        static final MethodHandle FEATURES = of("agentoptFeatures", 7);
        static final MethodHandle LOAD = of("agentoptLoad", 7);
        static final MethodHandle UNLOAD = ofVoid("agentoptUnload", 1);
    }

    public static long createSession() {
        try {
            return (long) Session.CREATE.invokeExact();
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** Frees the session and its module, which may be 0. */
    public static void closeSession(long session, long module) {
        try {
            Session.CLOSE.invokeExact(session, module);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return what was reported since the last call, which forgets it} */
    public static List<RawDiagnostic> takeDiagnostics(long session) {
        return Modules.takeDiagnostics(Session.DIAGNOSTICS, Session.CLEAR, session);
    }

    /** {@return the module in this text, or 0 when it does not parse or verify} */
    public static long parse(long session, String text, String name) {
        try (Arena arena = Arena.ofConfined()) {
            Text content = Text.in(arena, text);
            Text source = Text.in(arena, name);
            return (long) Session.PARSE.invokeExact(
                    session, content.address(), content.length(), source.address(), source.length());
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    public static Outcome run(long session, long module, String pipeline) {
        try (Arena arena = Arena.ofConfined()) {
            Text text = Text.in(arena, pipeline);
            MemorySegment error = arena.allocate(JAVA_LONG, 2);
            long code = (long) Session.RUN.invokeExact(
                    session, module, text.address(), text.length(), error.address(), error.address() + 8);
            if (code == 0) return new Outcome.Done();
            if (code == 2) return new Outcome.Failed();
            return new Outcome.BadPipeline(text(error).strip());
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    public static String print(long module) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocate(JAVA_LONG);
            long text = (long) Session.PRINT.invokeExact(module, 0L, length.address());
            return new String(Memory.take(Code.FREE, text, length.get(JAVA_LONG, 0)), StandardCharsets.UTF_8);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** What code is written as. */
    public enum Form {
        LLVM_IR(0),
        ASSEMBLY(1),
        OBJECT(2),
        BITCODE(3);

        private final long number;

        Form(long number) {
            this.number = number;
        }
    }

    /**
     * {@return the code, or nothing when there is none, which the diagnostics explain}
     *
     * @param vectorBits the preferred width of vectors; 0 leaves it to LLVM
     */
    public static Optional<byte[]> emit(
            long session, long module, String triple, String chip, String features, int vectorBits, Form form) {
        try (Arena arena = Arena.ofConfined()) {
            Text t = Text.in(arena, triple);
            Text c = Text.in(arena, chip);
            Text f = Text.in(arena, features);
            MemorySegment length = arena.allocate(JAVA_LONG);
            long code = (long) Code.EMIT.invokeExact(
                    session,
                    module,
                    t.address(),
                    t.length(),
                    c.address(),
                    c.length(),
                    f.address(),
                    f.length(),
                    (long) vectorBits,
                    form.number,
                    length.address());
            if (code == 0) return Optional.empty();
            return Optional.of(Memory.take(Code.FREE, code, length.get(JAVA_LONG, 0)));
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return the name that LLVM has for this machine's processor} */
    public static String hostChip() {
        return text(Code.HOST_CHIP);
    }

    /** {@return what this machine's processor has and lacks, as LLVM writes it} */
    public static String hostFeatures() {
        return text(Code.HOST_FEATURES);
    }

    /** {@return what code for a processor may use of what can be asked of one, as {@code +avx2,+fma}; empty when there is no processor of this name} */
    public static Optional<String> features(String triple, String chip, String features) {
        try (Arena arena = Arena.ofConfined()) {
            Text t = Text.in(arena, triple);
            Text c = Text.in(arena, chip);
            Text f = Text.in(arena, features);
            MemorySegment length = arena.allocate(JAVA_LONG);
            long text = (long) Code.FEATURES.invokeExact(
                    t.address(), t.length(), c.address(), c.length(), f.address(), f.length(), length.address());
            if (text == 0) return Optional.empty();
            byte[] utf8 = Memory.take(Code.FREE, text, length.get(JAVA_LONG, 0));
            return Optional.of(new String(utf8, StandardCharsets.UTF_8));
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    private static String text(MethodHandle function) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocate(JAVA_LONG);
            long text = (long) function.invokeExact(length.address());
            return new String(Memory.take(Code.FREE, text, length.get(JAVA_LONG, 0)), StandardCharsets.UTF_8);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** What became of an object file. */
    public sealed interface Loading {
        /**
         * Its code is in memory.
         *
         * @param code what {@link #unload} takes
         * @param entry the address of the function asked for
         */
        record Done(long code, long entry) implements Loading {}

        /** It does not link, or lacks the function. */
        record Failed(String reason) implements Loading {}
    }

    /** Loads an object file and looks up a function of it. */
    public static Loading load(byte[] object, String function) {
        try (Arena arena = Arena.ofConfined()) {
            Text name = Text.in(arena, function);
            MemorySegment content = Memory.bytes(arena, object);
            MemorySegment results = arena.allocate(JAVA_LONG, 3);
            long code = (long) Code.LOAD.invokeExact(
                    content.address(),
                    (long) object.length,
                    name.address(),
                    name.length(),
                    results.address(),
                    results.address() + 8,
                    results.address() + 16);
            if (code == 0) return new Loading.Failed(text(results.asSlice(8)).strip());
            return new Loading.Done(code, results.get(JAVA_LONG, 0));
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** Frees loaded code, which nobody may be running. */
    public static void unload(long code) {
        try {
            Code.UNLOAD.invokeExact(code);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** Takes a (address, length) that a function left. */
    private static String text(MemorySegment record) {
        byte[] utf8 = Memory.take(Code.FREE, record.get(JAVA_LONG, 0), record.get(JAVA_LONG, 8));
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private record Text(long address, long length) {
        static Text in(Arena arena, String text) {
            byte[] utf8 = Memory.utf8(text);
            return new Text(Memory.bytes(arena, utf8).address(), utf8.length);
        }
    }
}
