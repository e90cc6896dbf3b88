package io.agentopt.kernels;

import io.agentopt.kernel.KernelSpec;
import java.util.HashMap;
import java.util.Map;

/**
 * From how many bytes a call's output goes past the cache. Beyond it, ordinary stores would first read each line that they overwrite; before it, the
 * next reader would miss what it could have found. 4 MiB read and written is twice the second-level cache of current servers' cores; measured on one,
 * stores around the cache win from 6 MB and lose at 2 MB.
 */
final class RowStreaming {
    private static final long CACHED_BYTES = 4L << 20;

    private RowStreaming() {}

    /** Elements of a row that are worked on at a time: 4 KiB of the first cache's 32 or 48, for the row that is read and the one that is written. */
    private static final long CHUNK = 1024;

    private static final long BLOCK = 64;

    /** Weights of longer rows are computed again rather than kept: their place on the stack would be more than half of what the JVM gives a thread. */
    private static final long MOST_KEPT = 126 << 10;

    /** Elements of a row that norms sum at a time. A group's rows share weights for a part of it, which must still be there for the last of them. */
    private static final long GROUP_CHUNK = 2048;

    /** {@return how many rows share a norm's weights: more, the less of weights and rows the first cache holds} */
    private static int group(long length) {
        if (length <= 1024) return 1;
        return length <= 2048 ? 2 : 4;
    }

    /** {@return the specification's parameters, the bytes that count as cached, and how a row is cut into chunks} */
    static Map<String, String> substitutions(KernelSpec spec, String columns) {
        Map<String, String> all = new HashMap<>(spec.parameters());
        all.put("cached_bytes", Long.toString(CACHED_BYTES));
        long length = spec.integer(columns);
        boolean keeps = length <= MOST_KEPT;
        all.put("group", Integer.toString(group(length)));
        all.put("group_chunk", Long.toString(GROUP_CHUNK));
        all.put("chunk", Long.toString(CHUNK));
        all.put("chunks", Long.toString(Math.ceilDiv(length, CHUNK)));
        all.put("last_block", Long.toString(Math.max(0, length - BLOCK)));
        all.put("keeps_weights", Boolean.toString(keeps));
        all.put("kept_weights", Long.toString(keeps ? Math.max(length, BLOCK) : BLOCK));
        return all;
    }
}
