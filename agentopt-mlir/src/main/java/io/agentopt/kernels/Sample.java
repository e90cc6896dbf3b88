package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I32;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * {@code sample{columns=32000}}: draws one column of each row of logits. What it draws follows from its inputs alone: the uniform number, from 0 to 1
 * (excluded), is the caller's. Columns are ordered by logit, largest first, equals by column. With weights {@code exp((logit - max) / temperature)}:
 *
 * <ol>
 *   <li>min-p keeps logits that are at least {@code max + temperature * log(min_p)}; 0 or less keeps all;
 *   <li>top-k keeps the first k of these; 0 or less keeps all;
 *   <li>top-p keeps the fewest first ones of these that hold a share p of their weight, at least one; 1 or more keeps all;
 *   <li>the first kept column, in the order of columns, at which the cumulative weight is above uniform times the kept weight.
 * </ol>
 *
 * The largest logit is drawn (the first of equals) when the temperature is not above 0 or too small to divide by, or when it is infinite. A NaN or minus
 * infinity is never drawn; of a row of nothing else, -1 is. On GPUs nothing is drawn that weighs less than 2^-40 of the largest.
 */
public final class Sample implements KernelDefinition {
    private static final int BLOCK = 64;

    @Override
    public String name() {
        return "sample";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("columns", 1, 1 << 20));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.in("logits", F32, "rows", "columns"),
                Operand.in("temperature", F32, "rows"),
                Operand.in("top_k", I32, "rows"),
                Operand.in("top_p", F32, "rows"),
                Operand.in("min_p", F32, "rows"),
                Operand.in("uniform", F32, "rows"),
                Operand.out("token", I32, "rows"));
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        long columns = spec.integer("columns");
        long blocks = Math.ceilDiv(columns, BLOCK);
        long superBlocks = Math.ceilDiv(blocks, BLOCK);
        Map<String, String> all = new HashMap<>(spec.parameters());
        all.put("whole_blocks", Long.toString(columns / BLOCK));
        all.put("blocks", Long.toString(blocks));
        all.put("super_blocks", Long.toString(superBlocks));
        all.put("padded_blocks", Long.toString(superBlocks * BLOCK));
        return all;
    }

    @Override
    public Optional<String> gpuSource(KernelSpec spec, int wave) {
        return Optional.of(GpuSampling.source(this, spec, wave));
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        int columns = (int) spec.integer("columns");
        for (long row = begin; row < end; row++) {
            float[] logits = new float[columns];
            for (int c = 0; c < columns; c++) logits[c] = buffers[0].getFloat(row * columns + c);
            int drawn = draw(
                    logits,
                    buffers[1].getFloat(row),
                    buffers[2].getInteger(row),
                    buffers[3].getFloat(row),
                    buffers[4].getFloat(row),
                    buffers[5].getFloat(row));
            buffers[6].setInteger(row, drawn);
        }
    }

    private static int draw(float[] logits, float temperature, long k, double p, double least, double uniform) {
        int[] order = IntStream.range(0, logits.length)
                .filter(c -> logits[c] > Float.NEGATIVE_INFINITY)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> -(double) logits[c]))
                .mapToInt(c -> c)
                .toArray();
        if (order.length == 0) return -1;
        double max = logits[order[0]];
        if (!(temperature >= Float.MIN_NORMAL) || max == Double.POSITIVE_INFINITY) return order[0];
        double[] weights = new double[logits.length];
        for (int c : order) weights[c] = Math.exp((logits[c] - max) / temperature);
        int kept = order.length;
        if (least > 0) {
            double floor = Math.min(max, max + temperature * Math.log(least));
            kept = (int)
                    IntStream.of(order).filter(c -> !(logits[c] < floor)).count(); // infinity times log(1) keeps all
        }
        if (k > 0) kept = (int) Math.min(kept, k);
        if (p < 1) {
            double all = 0;
            for (int i = 0; i < kept; i++) all += weights[order[i]];
            double sum = weights[order[0]];
            int needed = 1;
            while (needed < kept && sum < p * all) sum += weights[order[needed++]];
            kept = needed;
        }
        int[] columns = IntStream.of(order).limit(kept).sorted().toArray();
        double aim =
                uniform * IntStream.of(columns).mapToDouble(c -> weights[c]).sum();
        double sum = 0;
        for (int c : columns) {
            sum += weights[c];
            if (sum > aim) return c;
        }
        return columns[columns.length - 1];
    }
}
