package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/** Reads ONNX Runtime's lists of keys and values. */
final class OrtPairs {
    private OrtPairs() {}

    /** {@return a copy, by key; empty for none} */
    @SuppressWarnings("restricted")
    static Map<String, String> read(OrtApi api, MemorySegment pairs) {
        Map<String, String> map = new TreeMap<>();
        if (pairs.address() == 0) return map;
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment keys = scratch.allocate(ADDRESS),
                    values = scratch.allocate(ADDRESS),
                    n = scratch.allocate(JAVA_LONG);
            api.invokeVoid(OrtFunction.GET_PAIRS, pairs, keys, values, n);
            long bytes = n.get(JAVA_LONG, 0) * ADDRESS.byteSize();
            MemorySegment k = keys.get(ADDRESS, 0).reinterpret(bytes),
                    v = values.get(ADDRESS, 0).reinterpret(bytes);
            for (long i = 0; i < n.get(JAVA_LONG, 0); i++) {
                map.put(OrtApi.text(k.getAtIndex(ADDRESS, i)), OrtApi.text(v.getAtIndex(ADDRESS, i)));
            }
        }
        return map;
    }
}
