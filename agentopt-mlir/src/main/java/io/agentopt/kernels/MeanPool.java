package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I64;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.util.List;

/**
 * {@code mean_pool{d=384}}: what sentence embedders do with the last hidden state: the mean over the tokens whose mask is not 0, scaled to length 1. A
 * sequence without such tokens, or whose mean is 0, pools to zeros. Masked tokens are not read, whatever they hold; NaN and infinities elsewhere give NaN.
 *
 * <p>Sums are f32, so the sum's squared norm must be between 1e-38 and 1e38.
 */
public final class MeanPool implements KernelDefinition {
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
            for (double x : sum) square += x * x;
            double scale = square == 0 ? 0 : 1 / Math.sqrt(square);
            for (int j = 0; j < d; j++) pooled.setFloat(b * d + j, (float) (sum[j] * scale));
        }
    }
}
