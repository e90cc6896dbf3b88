package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Zeroed memory by the C library's calloc. Java writes the zeros itself, which takes every page at once; calloc asks the
 * system for fresh pages, which are given when first written.
 */
final class ReservedMemory {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle CALLOC = function("calloc", FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FREE = function("free", FunctionDescriptor.ofVoid(ADDRESS));

    private static final @Nullable MethodHandle TRIM = LINKER.defaultLookup()
            .find("malloc_trim")
            .map(f -> LINKER.downcallHandle(f, FunctionDescriptor.of(JAVA_INT, JAVA_LONG)))
            .orElse(null);

    private ReservedMemory() {}

    /**
     * {@return memory that is freed with the arena}
     *
     * @throws OutOfMemoryError if the system refuses
     */
    @SuppressWarnings("restricted")
    static MemorySegment allocate(Arena arena, long bytes, long alignment) {
        long room = Math.addExact(bytes, alignment);
        MemorySegment raw;
        try {
            raw = (MemorySegment) CALLOC.invokeExact(1L, room);
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
        if (raw.address() == 0) {
            throw new OutOfMemoryError("The system refused " + room + " bytes of native memory.");
        }
        MemorySegment all = raw.reinterpret(room, arena, ReservedMemory::free);
        return all.asSlice(Math.floorMod(-raw.address(), alignment), bytes, 1);
    }

    /** Gives memory that the C library holds without use back to the system, where it can (glibc). */
    static void trim() {
        MethodHandle trim = TRIM;
        if (trim == null) return;
        try {
            int _ = (int) trim.invokeExact(0L);
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
    }

    private static void free(MemorySegment memory) {
        try {
            FREE.invokeExact(memory);
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
    }
}
