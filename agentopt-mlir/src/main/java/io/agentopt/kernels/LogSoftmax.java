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
 * {@code log_softmax{columns=32000}}: the logarithm of the softmax of {@code x / temperature}, each row at its own temperature. A temperature that is not
 * above 0, or so small that its reciprocal is no f32 (3e-39), a NaN, a plus infinity or nothing but minus infinities make the row NaN; other minus
 * infinities stay. Differences are f32: a logit that is more than 3e38 below the largest counts as minus infinity.
 */
public final class LogSoftmax implements KernelDefinition {
    @Override
    public String name() {
        return "log_softmax";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("columns", 1, 1 << 24));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.in("x", F32, "rows", "columns"),
                Operand.in("temperature", F32, "rows"),
                Operand.out("y", F32, "rows", "columns"));
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        return RowStreaming.substitutions(spec, "columns");
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        Buffer x = buffers[0];
        Buffer y = buffers[2];
        long columns = spec.integer("columns");
        for (long row = begin; row < end; row++) {
            double given = buffers[1].getFloat(row);
            double temperature = given > 0 && Float.isFinite(1 / (float) given) ? given : Double.NaN;
            long first = row * columns;
            double max = Double.NEGATIVE_INFINITY;
            for (long c = 0; c < columns; c++) max = Math.max(max, x.getFloat(first + c));
            double sum = 0;
            for (long c = 0; c < columns; c++) sum += Math.exp((float) (x.getFloat(first + c) - max) / temperature);
            double offset = Math.log(sum);
            for (long c = 0; c < columns; c++)
                y.setFloat(first + c, (float) ((float) (x.getFloat(first + c) - max) / temperature - offset));
        }
    }
}
