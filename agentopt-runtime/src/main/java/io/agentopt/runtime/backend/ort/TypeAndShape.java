package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What ONNX Runtime's description of a tensor says: the type of its elements and its sizes, -1 where a model leaves one free. */
record TypeAndShape(ElementType type, long[] shape) {
    private static final int USUAL_RANK = 8;

    /** Bytes of native memory that reading takes. */
    static final long ROOM = USUAL_RANK * JAVA_LONG.byteSize();

    /** {@return room for reading} */
    static MemorySegment room(Arena scratch) {
        return scratch.allocate(ROOM, JAVA_LONG.byteAlignment());
    }

    /**
     * {@return what a description says}
     *
     * @param room {@value #ROOM} bytes that this writes to
     * @param owner whose it is, as the subject of a sentence
     */
    static TypeAndShape of(OrtApi api, MemorySegment described, MemorySegment room, String owner) {
        api.call(OrtFunction.GET_ELEMENT_TYPE, described, room);
        ElementType type = ElementType.of(room.get(JAVA_INT, 0), owner);
        api.call(OrtFunction.GET_RANK, described, room);
        int rank = Math.toIntExact(room.get(JAVA_LONG, 0));
        if (rank <= USUAL_RANK) return new TypeAndShape(type, sizes(api, described, room, rank));
        try (Arena scratch = Arena.ofConfined()) {
            return new TypeAndShape(type, sizes(api, described, scratch.allocate(JAVA_LONG, rank), rank));
        }
    }

    private static long[] sizes(OrtApi api, MemorySegment described, MemorySegment room, int rank) {
        api.call(OrtFunction.GET_DIMENSIONS, described, room, (long) rank);
        long[] sizes = new long[rank];
        for (int i = 0; i < rank; i++) sizes[i] = room.getAtIndex(JAVA_LONG, i);
        return sizes;
    }
}
