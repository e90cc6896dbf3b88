package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.util.List;
import java.util.Map;

/**
 * {@code layer_norm{d=768,epsilon=1.0e-5}}: each row less its mean, divided by its standard deviation, weighted and shifted,
 * {@code y = (x - mean) / sqrt(variance + epsilon) * weight + bias} (Ba, Kiros and Hinton 2016, arXiv 1607.06450). The variance is that of the row itself,
 * taken after the mean, so that a large mean does not swallow it. Sums and squares are f32: where they add up to more than 3e38, as well as
 * by a NaN or an infinity, the row is NaN.
 */
public final class LayerNorm implements KernelDefinition {
    @Override
    public String name() {
        return "layer_norm";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("d", 1, 1 << 20), Parameter.decimal("epsilon", 0, 1));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.in("x", F32, "rows", "d"),
                Operand.in("weight", F32, "d"),
                Operand.in("bias", F32, "d"),
                Operand.out("y", F32, "rows", "d"));
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        return RowStreaming.substitutions(spec, "d");
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        Buffer x = buffers[0];
        Buffer weight = buffers[1];
        Buffer bias = buffers[2];
        Buffer y = buffers[3];
        long d = spec.integer("d");
        double epsilon = Double.parseDouble(spec.value("epsilon"));
        for (long row = begin; row < end; row++) {
            long first = row * d;
            double sum = 0;
            for (long c = 0; c < d; c++) sum += x.getFloat(first + c);
            double mean = (Float.isInfinite((float) sum) ? (float) sum : sum) / d; // infinite as that of f32
            double squares = 0;
            for (long c = 0; c < d; c++) {
                double centred = x.getFloat(first + c) - mean;
                squares += centred * centred;
            }
            double variance = (float) squares / d; // infinite as that of f32
            double root = Double.isInfinite(variance) ? Double.NaN : Math.sqrt(variance + epsilon);
            for (long c = 0; c < d; c++) {
                float scaled = (float) ((x.getFloat(first + c) - mean) / root);
                y.setFloat(first + c, (float) ((double) scaled * weight.getFloat(c) + bias.getFloat(c)));
            }
        }
    }
}
