package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F16;
import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I64;
import static io.agentopt.kernel.ElementType.I8;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code cosine_top_k{block=1024,d=384,k=10,type=f32}}: {@link Cosine} and {@link TopK} in one, without scores in memory. The matrix is cut into blocks of
 * rows, which is what work is split by; each has its own k best, with places in the whole matrix. There are n / block of them, rounded up; rows past the
 * blocks that are given are left out. {@link #merge} makes one list of them.
 */
public final class CosineTopK implements KernelDefinition {
    private static final int LARGEST_K = 4096;

    /** Threads of a block on a GPU: on an H200, 256 with 4 rows each read more in a second than 512 or 1024. */
    private static final int GPU_THREADS = 256;

    /** The row of a hit and its score. */
    public record Hit(long row, float score) {}

    @Override
    public String name() {
        return "cosine_top_k";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.whole("block", 1, 1 << 24),
                Parameter.whole("d", 1, 65_536),
                Parameter.whole("k", 1, LARGEST_K),
                Parameter.type("type", F32, F16, I8));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.in("matrix", spec.type("type"), "n", "d"),
                Operand.in("query", CosineArithmetic.query(spec.type("type")), "d"),
                Operand.out("values", F32, "blocks", "k"),
                Operand.out("indices", I64, "blocks", "k"));
    }

    @Override
    public String rows(KernelSpec spec) {
        return "blocks";
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        Map<String, String> all = new TreeMap<>(CosineArithmetic.substitutions(spec));
        all.put("last", Long.toString(spec.integer("k") - 1));
        return all;
    }

    @Override
    public Optional<String> gpuSource(KernelSpec spec, int wave) {
        Map<String, String> cosine = CosineArithmetic.gpuSubstitutions(spec, wave);
        cosine.put("block", spec.value("block"));
        return GpuSelection.source(this, spec, wave, GPU_THREADS, cosine);
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        Buffer matrix = buffers[0];
        float[] query = buffers[1].toFloatArray();
        long block = spec.integer("block"), n = matrix.dimension(0);
        for (long b = begin; b < end; b++) {
            TopK.Kept kept = new TopK.Kept(b, buffers[2], buffers[3]);
            for (long i = b * block; i < Math.min(n, (b + 1) * block); i++) {
                kept.offer(Cosine.score(matrix, i, query), i);
            }
        }
    }

    /**
     * {@return the k best of all blocks, best first, of equal ones the first row; fewer when there are fewer}
     *
     * @param values and {@code indices} as the kernel leaves them
     */
    public static List<Hit> merge(Buffer values, Buffer indices) {
        ArrayList<Hit> hits = new ArrayList<>();
        for (long p = 0; p < values.elements(); p++) {
            if (indices.getInteger(p) >= 0) hits.add(new Hit(indices.getInteger(p), values.getFloat(p)));
        }
        hits.sort(Comparator.comparingDouble(Hit::score).reversed().thenComparingLong(Hit::row));
        return List.copyOf(hits.subList(0, (int) Math.min(hits.size(), values.dimension(1))));
    }
}
