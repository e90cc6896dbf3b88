package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.util.List;

/**
 * {@code cosine{d=384,type=f32}}: the cosine similarity of each row of a matrix to a query, {@code scores[i] = <m_i, q> / (|m_i| |q|)}. A row or a query
 * of zeros scores 0; NaN and infinities give NaN. Squared norms are f32: rows whose norm is above 1e19 or below 1e-19 lose their meaning.
 */
public final class Cosine implements KernelDefinition {
    @Override
    public String name() {
        return "cosine";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("d", 1, 65_536), Parameter.type("type", F32));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.in("matrix", spec.type("type"), "n", "d"),
                Operand.in("query", F32, "d"),
                Operand.out("scores", F32, "n"));
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        Buffer matrix = buffers[0];
        Buffer query = buffers[1];
        Buffer scores = buffers[2];
        int d = (int) spec.integer("d");
        float[] q = query.toFloatArray();
        double queryNorm = 0;
        for (float x : q) queryNorm += (double) x * x;
        for (long i = begin; i < end; i++) {
            double dot = 0;
            double norm = 0;
            for (int j = 0; j < d; j++) {
                double x = matrix.getFloat(i * d + j);
                dot += x * q[j];
                norm += x * x;
            }
            double scale = Math.sqrt(norm) * Math.sqrt(queryNorm);
            scores.setFloat(i, scale == 0 ? 0 : (float) (dot / scale));
        }
    }
}
