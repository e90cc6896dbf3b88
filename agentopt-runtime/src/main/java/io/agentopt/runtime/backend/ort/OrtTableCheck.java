package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Proves that a table of function pointers is the published one, so that a wrong library is an error and not a crash. Whatever
 * is read or called must lie in the library that was opened, as the system's dladdr tells; then functions near the
 * start and the end of the table must give back what was put in. Where there is no dladdr (Windows) only the second part is done.
 */
final class OrtTableCheck {
    private static final MemoryLayout SYMBOL = MemoryLayout.structLayout(
            ADDRESS.withName("file"), ADDRESS.withName("base"), ADDRESS.withName("name"), ADDRESS.withName("address"));
    private static final int CODE = 7;
    private static final String TEXT = "agentopt";

    private final String origin;
    private final @Nullable MethodHandle dladdr;
    private final long library;

    @SuppressWarnings("restricted")
    OrtTableCheck(OrtLibrary.Entry entry) {
        origin = entry.origin();
        Linker linker = Linker.nativeLinker();
        dladdr = linker.defaultLookup()
                .find("dladdr")
                .map(f -> linker.downcallHandle(f, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS)))
                .orElse(null);
        library = base(entry.getApiBase());
    }

    /** Requires that some pointers from an address on lie in the library. */
    void within(MemorySegment first, long pointers) {
        if (dladdr == null) return;
        MemorySegment last = MemorySegment.ofAddress(first.address() + (pointers - 1) * ADDRESS.byteSize());
        if (first.address() == 0 || base(first) != library || base(last) != library) throw wrong("");
    }

    /** Requires that every function in use lies in the library, and that what goes in comes out. */
    void prove(OrtApi api, String version) {
        for (OrtFunction f : OrtFunction.values()) if (api.has(f)) within(api.pointer(f), 1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(TEXT), out = arena.allocate(ADDRESS);
            MemorySegment status =
                    (MemorySegment) api.handle(OrtFunction.CREATE_STATUS).invokeExact(CODE, text);
            int code = api.readInt(OrtFunction.GET_ERROR_CODE, status);
            String message = OrtApi.text(api.read(OrtFunction.GET_ERROR_MESSAGE, status));
            api.release(OrtFunction.RELEASE_STATUS, status);
            if (code != CODE || !message.equals(TEXT)) throw wrong(version);
            api.release(OrtFunction.CREATE_PAIRS, out);
            MemorySegment pairs = out.get(ADDRESS, 0);
            api.handle(OrtFunction.ADD_PAIR).invokeExact(pairs, text, text);
            MemorySegment value =
                    (MemorySegment) api.handle(OrtFunction.GET_PAIR).invokeExact(pairs, text);
            boolean same = OrtApi.text(value).equals(TEXT);
            api.release(OrtFunction.RELEASE_PAIRS, pairs);
            if (!same) throw wrong(version);
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
    }

    /** {@return where the file begins that holds an address; 0 if none does} */
    private long base(MemorySegment address) {
        if (dladdr == null) return 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment symbol = arena.allocate(SYMBOL);
            int found = (int) dladdr.invokeExact(address, symbol);
            return found == 0 ? 0 : symbol.get(ADDRESS, ADDRESS.byteSize()).address();
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
    }

    /** {@return the file that the library was loaded from; empty where the system does not tell} */
    @SuppressWarnings("restricted")
    Optional<Path> file(MemorySegment address) {
        if (dladdr == null) return Optional.empty();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment symbol = arena.allocate(SYMBOL);
            int found = (int) dladdr.invokeExact(address, symbol);
            MemorySegment name = symbol.get(ADDRESS, 0);
            if (found == 0 || name.address() == 0) return Optional.empty();
            return Optional.of(Path.of(OrtApi.text(name)).toAbsolutePath());
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
    }

    private OrtException wrong(String version) {
        return new OrtException(
                OrtException.NOT_FROM_ORT,
                "The function table of ONNX Runtime " + (version.isEmpty() ? "" : version + " ") + "(" + origin
                        + ") is not the published one. Use the jar com.microsoft.onnxruntime:onnxruntime, or a library of"
                        + " that project.");
    }
}
