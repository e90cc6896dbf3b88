package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I64;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code top_k{k=10}}: the k largest of each row of scores, largest first, with their places in the row. Of equal scores the first wins. NaN and negative
 * infinity are never chosen: places without a score hold negative infinity and the index -1.
 */
public final class TopK implements KernelDefinition {
    /** Scores that are held at once against the least that was kept: four vectors of 512 bits. */
    private static final int BLOCK = 64;

    private static final int LARGEST_K = 4096;

    /** Room for scores that wait for a selection: four times as many as are kept, so that three quarters of each selection's work are useful. */
    private static final int KEPT_TO_ROOM = 4;

    private static final int LEAST_ROOM = 256;

    /** Warps of a block on a GPU: on an H200, one of 2 reads more in a second than one of 1, 4 or 8. */
    private static final int GPU_WARPS = 2;

    @Override
    public String name() {
        return "top_k";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("k", 1, LARGEST_K));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.in("scores", F32, "rows", "n"),
                Operand.out("values", F32, "rows", "k"),
                Operand.out("indices", I64, "rows", "k"));
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        Map<String, String> all = new TreeMap<>(spec.parameters());
        all.put("last", Long.toString(spec.integer("k") - 1));
        all.put("block", Integer.toString(BLOCK));
        // Of a block's scores each may be above the bound, and a vector that fills up the last one lies behind them.
        long full = Math.max(LEAST_ROOM, KEPT_TO_ROOM * spec.integer("k"));
        all.put("full", Long.toString(full));
        all.put("room", Long.toString(full + 3 * BLOCK));
        return all;
    }

    @Override
    public Optional<String> gpuSource(KernelSpec spec, int wave) {
        return GpuSelection.source(this, spec, wave, GPU_WARPS * wave, Map.of());
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        Buffer scores = buffers[0];
        long n = scores.dimension(1);
        for (long r = begin; r < end; r++) {
            Kept kept = new Kept(r, buffers[1], buffers[2]);
            for (long j = 0; j < n; j++) kept.offer(scores.getFloat(r * n + j), j);
        }
    }

    /** A row of values and indices, sorted by value. */
    record Kept(long row, Buffer values, Buffer indices) {
        Kept {
            long k = values.dimension(1);
            for (long p = row * k; p < (row + 1) * k; p++) {
                values.setFloat(p, Float.NEGATIVE_INFINITY);
                indices.setInteger(p, -1);
            }
        }

        void offer(float score, long index) {
            long k = values.dimension(1), top = row * k, p = top + k - 1;
            if (!(score > values.getFloat(p))) return;
            for (; p > top && score > values.getFloat(p - 1); p--) {
                values.setFloat(p, values.getFloat(p - 1));
                indices.setInteger(p, indices.getInteger(p - 1));
            }
            values.setFloat(p, score);
            indices.setInteger(p, index);
        }
    }
}
