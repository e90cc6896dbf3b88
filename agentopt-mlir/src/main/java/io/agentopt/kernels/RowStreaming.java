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

    /** {@return the specification's parameters, the bytes that count as cached, and where the second half of a row begins} */
    static Map<String, String> substitutions(KernelSpec spec, String columns) {
        Map<String, String> all = new HashMap<>(spec.parameters());
        all.put("cached_bytes", Long.toString(CACHED_BYTES));
        all.put("half_columns", Long.toString(spec.integer(columns) / 2));
        return all;
    }
}
