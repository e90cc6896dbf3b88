package io.agentopt.runtime.backend.ort;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How an arena grows.
 *
 * @param maxBytes that it may hold; 0 for no limit
 * @param growth by how much it grows
 * @param firstBytes that it takes first; 0 leaves it to ONNX Runtime
 */
public record ArenaSettings(long maxBytes, Growth growth, long firstBytes) {
    /** By how much an arena grows. */
    public enum Growth {
        /** Chunks double: fewer calls, up to twice the memory. */
        POWER_OF_TWO,
        /** Exactly what is asked for. */
        AS_REQUESTED
    }

    public ArenaSettings {
        if (maxBytes < 0 || firstBytes < 0) {
            throw new IllegalArgumentException("The sizes (" + maxBytes + ", " + firstBytes
                    + " bytes) of an arena must not be negative; 0 means no limit and no wish.");
        }
    }

    Map<String, Long> entries() {
        Map<String, Long> entries = new LinkedHashMap<>();
        entries.put("max_mem", maxBytes);
        entries.put("arena_extend_strategy", (long) growth.ordinal());
        if (firstBytes > 0) entries.put("initial_chunk_size_bytes", firstBytes);
        return entries;
    }
}
