package io.agentopt.kernels;

import io.agentopt.kernel.KernelSpec;
import java.util.HashMap;
import java.util.Map;

/**
 * What kernels that only move memory derive for stores past the caches: such stores write whole lines of 64 bytes, and pay from about the size on that a
 * core has for itself.
 */
final class Streaming {
    private static final int LINE_BYTES = 64;
    private static final int CACHED_BYTES = 2 << 20;

    private Streaming() {}

    /** {@return the parameters, and: elements in a line, whether rows of {@code d} elements are whole lines, rows that count as cached} */
    static Map<String, String> substitutions(KernelSpec spec) {
        int element = spec.type("type").bytes();
        long row = spec.integer("d") * element;
        Map<String, String> text = new HashMap<>(spec.parameters());
        text.put("type", "i" + 8 * element); // bits are moved, and half floats have no such stores
        text.put("line", Integer.toString(LINE_BYTES / element));
        text.put("whole_lines", Boolean.toString(row % LINE_BYTES == 0));
        text.put("cached_rows", Long.toString(CACHED_BYTES / row));
        return text;
    }
}
