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

    /** How far ahead of a copy memory is asked for: as the pass {@code agentopt-prefetch-rows} does. */
    private static final int AHEAD_BYTES = 12_288;

    private Streaming() {}

    /** {@return the parameters, and: elements in a line and in what is moved a turn, whether rows of {@code d} elements are whole lines, rows that
     * count as cached, and rows to ask for ahead} */
    static Map<String, String> substitutions(KernelSpec spec) {
        int element = spec.type("type").bytes();
        long row = spec.integer("d") * element;
        Map<String, String> text = new HashMap<>(spec.parameters());
        text.put("type", "i" + 8 * element); // bits are moved, and half floats have no such stores
        text.put("line", Integer.toString(LINE_BYTES / element));
        text.put("turn", Long.toString(linesATurn(row) * LINE_BYTES / element));
        text.put("whole_lines", Boolean.toString(row % LINE_BYTES == 0));
        text.put("lines_a_turn", Long.toString(linesATurn(row)));
        text.put("rows_ahead", Long.toString(Math.ceilDiv(AHEAD_BYTES, row)));
        text.put("cached_rows", Long.toString(CACHED_BYTES / row));
        return text;
    }

    /** {@return 4, 2 or 1, whichever divides the lines of a row} */
    private static long linesATurn(long row) {
        return row % LINE_BYTES == 0 ? Math.min(4, Long.lowestOneBit(row / LINE_BYTES)) : 1;
    }
}
