package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * ONNX Runtime's table of function pointers as Java methods, one per shape of parameters. A status is checked and released
 * here, so that callers see an {@link OrtException} or a result. Handles are made at first use: linking all of them at start
 * would cost more than opening a small model.
 */
final class OrtApi {
    /** The newest version of the interface asked for, and the oldest that has every function of {@link OrtFunction}. */
    private static final int NEWEST = 24, OLDEST = 22;

    private static final int TABLE_ENTRIES = 460;
    private static final long LONGEST_TEXT = 1 << 20;

    private final MemorySegment table;
    private final String version;
    private final String origin;
    private final AtomicReferenceArray<MethodHandle> handles = new AtomicReferenceArray<>(TABLE_ENTRIES);

    private OrtApi(MemorySegment table, String version, String origin) {
        this.table = table;
        this.version = version;
        this.origin = origin;
    }

    /** Opens the library, asks for the table and proves it with a status that goes in and comes out. */
    @SuppressWarnings("restricted")
    static OrtApi open() {
        OrtLibrary.Entry entry = OrtLibrary.open();
        Linker linker = Linker.nativeLinker();
        try {
            MemorySegment base = ((MemorySegment)
                            linker.downcallHandle(entry.getApiBase(), FunctionDescriptor.of(ADDRESS))
                                    .invokeExact())
                    .reinterpret(2 * ADDRESS.byteSize());
            MethodHandle getApi = linker.downcallHandle(base.get(ADDRESS, 0), FunctionDescriptor.of(ADDRESS, JAVA_INT));
            MethodHandle getVersion =
                    linker.downcallHandle(base.get(ADDRESS, ADDRESS.byteSize()), FunctionDescriptor.of(ADDRESS));
            String version = text((MemorySegment) getVersion.invokeExact());
            for (int v = NEWEST; v >= OLDEST; v--) {
                MemorySegment table = (MemorySegment) getApi.invokeExact(v);
                if (table.address() == 0) continue;
                OrtApi api = new OrtApi(table.reinterpret(TABLE_ENTRIES * ADDRESS.byteSize()), version, entry.origin());
                api.selfTest();
                return api;
            }
            throw new OrtException(
                    OrtException.NOT_FROM_ORT,
                    "ONNX Runtime " + version + " (" + entry.origin() + ") is too old: it has no interface version "
                            + OLDEST + ". Use 1.22 or newer.");
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    String version() {
        return version;
    }

    String origin() {
        return origin;
    }

    private void selfTest() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status =
                    (MemorySegment) handle(OrtFunction.CREATE_STATUS).invokeExact(7, arena.allocateFrom("agentopt"));
            int code = (int) handle(OrtFunction.GET_ERROR_CODE).invokeExact(status);
            String message =
                    text((MemorySegment) handle(OrtFunction.GET_ERROR_MESSAGE).invokeExact(status));
            release(OrtFunction.RELEASE_STATUS, status);
            if (code != 7 || !message.equals("agentopt")) {
                throw new OrtException(
                        OrtException.NOT_FROM_ORT,
                        "The function table of ONNX Runtime " + version + " (" + origin
                                + ") is not the published one. Use the jar com.microsoft.onnxruntime:onnxruntime.");
            }
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    @SuppressWarnings("restricted")
    MethodHandle handle(OrtFunction f) {
        MethodHandle h = handles.get(f.index());
        if (h == null) {
            h = Linker.nativeLinker().downcallHandle(table.getAtIndex(ADDRESS, f.index()), f.descriptor());
            handles.set(f.index(), h); // a race makes two equal handles
        }
        return h;
    }

    void call(OrtFunction f, MemorySegment a) {
        try {
            check((MemorySegment) handle(f).invokeExact(a));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, MemorySegment b) {
        try {
            check((MemorySegment) handle(f).invokeExact(a, b));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, int b) {
        try {
            check((MemorySegment) handle(f).invokeExact(a, b));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, MemorySegment b, MemorySegment c) {
        try {
            check((MemorySegment) handle(f).invokeExact(a, b, c));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, MemorySegment b, long c) {
        try {
            check((MemorySegment) handle(f).invokeExact(a, b, c));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, long b, MemorySegment c) {
        try {
            check((MemorySegment) handle(f).invokeExact(a, b, c));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, int a, int b, MemorySegment c) {
        try {
            check((MemorySegment) handle(f).invokeExact(a, b, c));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, int a, MemorySegment b, MemorySegment c) {
        try {
            check((MemorySegment) handle(f).invokeExact(a, b, c));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, long b, MemorySegment c, MemorySegment d) {
        try {
            check((MemorySegment) handle(f).invokeExact(a, b, c, d));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    void call(OrtFunction f, MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment d) {
        try {
            check((MemorySegment) handle(f).invokeExact(a, b, c, d));
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
