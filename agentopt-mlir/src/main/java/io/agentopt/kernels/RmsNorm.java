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
 * {@code rms_norm{d=4096,epsilon=1.0e-6}}: each row divided by its root mean square and weighted, {@code y = x / sqrt(mean(x^2) + epsilon) * weight}
 * (Zhang and Sennrich 2019, arXiv 1910.07467). Squares are f32: where they add up to more
 * than 3e38 the row is zeros (NaN where it, or its weight, is infinite). A NaN makes the row NaN.
 */
public final class RmsNorm implements KernelDefinition {
    @Override
    public String name() {
        return "rms_norm";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("d", 1, 1 << 20), Parameter.decimal("epsilon", 0, 1));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.in("x", F32, "rows", "d"), Operand.in("weight", F32, "d"), Operand.out("y", F32, "rows", "d"));
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        return RowStreaming.substitutions(spec, "d");
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        Buffer x = buffers[0];
        Buffer weight = buffers[1];
        Buffer y = buffers[2];
        long d = spec.integer("d");
        double epsilon = Double.parseDouble(spec.value("epsilon"));
        for (long row = begin; row < end; row++) {
            long first = row * d;
            double squares = 0;
            for (long c = 0; c < d; c++) {
                double value = x.getFloat(first + c);
                squares += value * value;
            }
            double root = Math.sqrt((float) squares / d + epsilon); // infinite as that of f32
            for (long c = 0; c < d; c++)
                y.setFloat(first + c, (float) (x.getFloat(first + c) / root) * weight.getFloat(c));
        }
    }
}
