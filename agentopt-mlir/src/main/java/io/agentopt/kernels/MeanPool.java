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
import java.util.TreeMap;

/**
 * {@code mean_pool{d=384}}: what sentence embedders do with the last hidden state: the mean over the tokens whose mask is not 0, scaled to length 1. A
 * sequence without such tokens, or whose mean is 0, pools to zeros. Masked tokens are not read, whatever they hold; NaN and infinities elsewhere give NaN.
 *
 * <p>Sums and squares are f32: a sum whose squares add up to more than 3e38 pools to zeros (NaN where it is infinite), and one below 1e-19 loses its
 * meaning.
 */
public final class MeanPool implements KernelDefinition {
    private static final long BLOCK = 64;

    /** Tokens that are added at a time. */
    private static final long TOKENS = 4;

    /** How far ahead of the arithmetic memory is asked for: as the pass {@code agentopt-prefetch-rows} does. */
    private static final long AHEAD_BYTES = 12_288;

    @Override
    public String name() {
        return "mean_pool";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("d", 1, 65_536));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.in("hidden", F32, "batch", "tokens", "d"),
                Operand.in("mask", I64, "batch", "tokens"),
                Operand.out("pooled", F32, "batch", "d"));
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        long d = spec.integer("d");
        Map<String, String> all = new TreeMap<>(spec.parameters());
        all.put("whole", Long.toString(d / BLOCK * BLOCK));
        all.put("tokens_ahead", Long.toString(TOKENS * Math.ceilDiv(AHEAD_BYTES, TOKENS * d * Float.BYTES)));
        return all;
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        Buffer hidden = buffers[0], mask = buffers[1], pooled = buffers[2];
        int d = (int) spec.integer("d");
        long tokens = mask.dimension(1);
        for (long b = begin; b < end; b++) {
            double[] sum = new double[d];
            for (long t = b * tokens; t < (b + 1) * tokens; t++) {
                if (mask.getInteger(t) == 0) continue;
                for (int j = 0; j < d; j++) sum[j] += hidden.getFloat(t * d + j);
            }
            double square = 0;
            for (double x : sum) square += (float) (x * x); // nothing or infinite as that of f32
            double scale = square == 0 ? 0 : 1 / Math.sqrt((float) square);
            for (int j = 0; j < d; j++) pooled.setFloat(b * d + j, (float) ((float) sum[j] * scale));
        }
    }
}
