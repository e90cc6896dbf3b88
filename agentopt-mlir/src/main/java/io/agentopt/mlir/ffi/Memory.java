package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** Text and buffers across the border: UTF-8, as (address, length). */
final class Memory {
    private static final class Graph {
        static final MethodHandle FREE = NativeFunction.ofVoid("agentoptFree", 1);
    }

    private Memory() {}

    /** Copies into the memory, with a zero behind and aligned as bytecode wants it. */
    static MemorySegment bytes(SegmentAllocator memory, byte[] content) {
        MemorySegment segment = memory.allocate(content.length + 1L, 16);
        MemorySegment.copy(content, 0, segment, JAVA_BYTE, 0, content.length);
        segment.set(JAVA_BYTE, content.length, (byte) 0);
        return segment;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Reads a (address, length) view inside a record. */
    static String view(MemorySegment record, long offset) {
        return text(record.get(JAVA_LONG, offset), record.get(JAVA_LONG, offset + 8));
    }

    static String text(long address, long length) {
        return new String(at(address, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    static MemorySegment at(long address, long length) {
        return length == 0
                ? MemorySegment.NULL
                : MemorySegment.ofAddress(address).reinterpret(length);
    }

    /** Copies a buffer of the graph library and frees it. */
    static byte[] take(long address, long length) {
        return take(Graph.FREE, address, length);
    }

    /** Copies a buffer of a library and frees it by that library's function. */
    static byte[] take(MethodHandle free, long address, long length) {
        if (address == 0) throw new OutOfMemoryError("The native heap has no room for a buffer of a native library.");
        byte[] content = at(address, length).toArray(JAVA_BYTE);
        try {
            free.invokeExact(address);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
        return content;
    }

    static long[] takeWords(long address, long length) {
        if (address == 0) throw new OutOfMemoryError("The native heap has no room for a buffer of the MLIR library.");
        long[] words = at(address, length).toArray(JAVA_LONG);
        try {
            Graph.FREE.invokeExact(address);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
        return words;
    }

    static String takeText(long address, long length) {
        return new String(take(address, length), StandardCharsets.UTF_8);
    }
}
