package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * ONNX Runtime's table of function pointers as Java methods, one per shape of parameters. A status is checked and released
 * here, so that callers see an {@link OrtException} or a result. Handles are made at first use: linking all of them at start
 * would cost more than opening a small model.
 */
final class OrtApi {
    private static final long LONGEST_TEXT = 1 << 20;

    private final MemorySegment table;
    private final int interfaceVersion;
    private final String version;
    private final String origin;
    private final Optional<Path> file;
    private final AtomicReferenceArray<MethodHandle> handles =
            new AtomicReferenceArray<>(OrtFunction.entries(OrtFunction.HEADER));
    private final AtomicReferenceArray<MethodHandle> reporting =
            new AtomicReferenceArray<>(OrtFunction.entries(OrtFunction.HEADER));

    private OrtApi(MemorySegment table, int interfaceVersion, String version, String origin, Optional<Path> file) {
        this.table = table;
        this.interfaceVersion = interfaceVersion;
        this.version = version;
        this.origin = origin;
        this.file = file;
    }

    /** Opens the library, asks for the newest table that both sides know, and proves it before anything is called through it. */
    @SuppressWarnings("restricted")
    static OrtApi open() {
        OrtLibrary.Entry entry = OrtLibrary.open();
        OrtTableCheck check = new OrtTableCheck(entry);
        Linker linker = Linker.nativeLinker();
        try {
            MemorySegment base =
                    (MemorySegment) linker.downcallHandle(entry.getApiBase(), FunctionDescriptor.of(ADDRESS))
                            .invokeExact();
            check.within(base, 2);
            base = base.reinterpret(2 * ADDRESS.byteSize());
            MemorySegment getApi = base.get(ADDRESS, 0), getVersion = base.get(ADDRESS, ADDRESS.byteSize());
            check.within(getApi, 1);
            check.within(getVersion, 1);
            String version = text((MemorySegment) linker.downcallHandle(getVersion, FunctionDescriptor.of(ADDRESS))
                    .invokeExact());
            MethodHandle get = linker.downcallHandle(getApi, FunctionDescriptor.of(ADDRESS, JAVA_INT));
            for (int v = OrtFunction.HEADER; v >= OrtFunction.OLDEST; v--) {
                MemorySegment table = (MemorySegment) get.invokeExact(v);
                if (table.address() == 0) continue;
                int entries = OrtFunction.entries(v);
                check.within(table, entries);
                OrtApi api = new OrtApi(
                        table.reinterpret(entries * ADDRESS.byteSize()),
                        v,
                        version,
                        entry.origin(),
                        check.file(entry.getApiBase()));
                check.prove(api, version);
                return api;
            }
            throw new OrtException(
                    OrtException.NOT_FROM_ORT,
                    "ONNX Runtime " + version + " (" + entry.origin() + ") is too old: it has no interface version "
                            + OrtFunction.OLDEST + ". Use 1." + OrtFunction.OLDEST + " or newer.");
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /** {@return the version of the interface in use; at most that of the header} */
    int interfaceVersion() {
        return interfaceVersion;
    }

    /** {@return whether the loaded library has a function} */
    boolean has(OrtFunction f) {
        return f.index() < OrtFunction.entries(interfaceVersion);
    }

    /** {@return where a function of the loaded table lies} */
    MemorySegment pointer(OrtFunction f) {
        return table.getAtIndex(ADDRESS, f.index());
    }

    String version() {
        return version;
    }

    String origin() {
        return origin;
    }

    /** {@return the library's file; empty where the system does not tell} */
    Optional<Path> file() {
        return file;
    }

    /** {@return a function; pointers are segments, also what it reports} */
    MethodHandle handle(OrtFunction f) {
        MethodHandle found = handles.get(f.index());
        return found != null ? found : link(f, f.descriptor(), handles);
    }

    /** {@return a function that reports a status, as a number: a call makes no segment of it, which each run would pay for} */
    MethodHandle reporting(OrtFunction f) {
        MethodHandle found = reporting.get(f.index());
        return found != null ? found : link(f, f.descriptor().changeReturnLayout(JAVA_LONG), reporting);
    }

    @SuppressWarnings("restricted")
    private MethodHandle link(OrtFunction f, FunctionDescriptor type, AtomicReferenceArray<MethodHandle> into) {
        if (!has(f)) {
            throw new OrtException(
                    OrtException.NOT_FROM_ORT,
                    "ONNX Runtime " + version + " (" + origin + ") has no " + f.cName() + ", which came with 1."
                            + f.since() + ". Use a newer one.");
        }
        MethodHandle made = Linker.nativeLinker().downcallHandle(pointer(f), type);
        into.set(f.index(), made); // a race makes two equal handles
        return made;
    }

    void call(OrtFunction f, MemorySegment a) {
        try {
            check((long) reporting(f).invokeExact(a));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, MemorySegment b) {
        try {
            check((long) reporting(f).invokeExact(a, b));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, int b) {
        try {
            check((long) reporting(f).invokeExact(a, b));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, MemorySegment b, MemorySegment c) {
        try {
            check((long) reporting(f).invokeExact(a, b, c));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, MemorySegment b, long c) {
        try {
            check((long) reporting(f).invokeExact(a, b, c));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, long b, MemorySegment c) {
        try {
            check((long) reporting(f).invokeExact(a, b, c));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, int a, int b, MemorySegment c) {
        try {
            check((long) reporting(f).invokeExact(a, b, c));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, int a, MemorySegment b, MemorySegment c) {
        try {
            check((long) reporting(f).invokeExact(a, b, c));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, long b, MemorySegment c, MemorySegment d) {
        try {
            check((long) reporting(f).invokeExact(a, b, c, d));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment d) {
        try {
            check((long) reporting(f).invokeExact(a, b, c, d));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /** A function of two pointers without result. */
    void tell(OrtFunction f, MemorySegment a, MemorySegment b) {
        try {
            handle(f).invokeExact(a, b);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /** Any function that reports a status; for those that no run waits for. */
    void invoke(OrtFunction f, Object... arguments) {
        try {
            check((MemorySegment) handle(f).invokeWithArguments(arguments));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /** Any function without result. */
    void invokeVoid(OrtFunction f, Object... arguments) {
        try {
            handle(f).invokeWithArguments(arguments);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /** A result that is no status: a text or a borrowed handle. */
    MemorySegment read(OrtFunction f, MemorySegment a) {
        try {
            return (MemorySegment) handle(f).invokeExact(a);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    int readInt(OrtFunction f, MemorySegment a) {
        try {
            return (int) handle(f).invokeExact(a);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void release(OrtFunction f, MemorySegment a) {
        try {
            handle(f).invokeExact(a);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void check(long status) throws Throwable {
        if (status != 0) check(MemorySegment.ofAddress(status));
    }

    void check(MemorySegment status) throws Throwable {
        if (status.address() == 0) return;
        int code = (int) handle(OrtFunction.GET_ERROR_CODE).invokeExact(status);
        String message =
                text((MemorySegment) handle(OrtFunction.GET_ERROR_MESSAGE).invokeExact(status));
        release(OrtFunction.RELEASE_STATUS, status);
        throw new OrtException(code, message.strip());
    }

    @SuppressWarnings("restricted")
    static String text(MemorySegment pointer) {
        return pointer.address() == 0 ? "" : pointer.reinterpret(LONGEST_TEXT).getString(0);
    }

    /** {@return texts as an array of pointers} */
    static MemorySegment texts(Arena scratch, java.util.List<String> values) {
        MemorySegment array = scratch.allocate(ADDRESS, Math.max(1, values.size()));
        for (int i = 0; i < values.size(); i++) array.setAtIndex(ADDRESS, i, scratch.allocateFrom(values.get(i)));
        return array;
    }

    /** A path as the interface takes it: UTF-8, on Windows UTF-16. */
    static MemorySegment path(Arena arena, java.nio.file.Path path) {
        return OrtLibrary.isWindows()
                ? arena.allocateFrom(path.toString(), java.nio.charset.StandardCharsets.UTF_16LE)
                : arena.allocateFrom(path.toString());
    }

    static RuntimeException unchecked(Throwable t) {
        if (t instanceof RuntimeException r) return r;
        if (t instanceof Error e) throw e;
        return new IllegalStateException(t);
    }
}
