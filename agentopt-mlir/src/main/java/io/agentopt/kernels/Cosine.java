package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F16;
import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I8;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.util.List;
import java.util.Map;

/**
 * {@code cosine{d=384,type=f32}}: the cosine similarity of each row of a matrix to a query, {@code scores[i] = <m_i, q> / (|m_i| |q|)}. A row or a query
 * of zeros scores 0; NaN and infinities give NaN. Rows are f32, f16 or i8, the query is f32, or i8 for rows of i8.
 *
 * <p>Sums are f32, of i8 exact in 32 bits: a row or query of f32 whose squares add up to more than 3e38 scores NaN; one whose norm is below
 * 1e-19 loses its meaning.
 */
public final class Cosine implements KernelDefinition {
    @Override
    public String name() {
        return "cosine";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("d", 1, 65_536), Parameter.type("type", F32, F16, I8));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.in("matrix", spec.type("type"), "n", "d"),
                Operand.in("query", CosineArithmetic.query(spec.type("type")), "d"),
                Operand.out("scores", F32, "n"));
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        return CosineArithmetic.substitutions(spec);
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        Buffer matrix = buffers[0];
        Buffer scores = buffers[2];
        float[] query = buffers[1].toFloatArray();
        for (long i = begin; i < end; i++) scores.setFloat(i, score(matrix, i, query));
    }

    /** {@return the score of a row, summed in double precision} */
    static float score(Buffer matrix, long row, float[] query) {
        double dot = 0, square = 0, querySquare = 0;
        for (int j = 0; j < query.length; j++) {
            double x = matrix.getFloat(row * query.length + j), y = query[j];
            dot += x * y;
            square += (float) (x * x); // nothing or infinite as that of f32
            querySquare += (float) (y * y);
        }
        double norms = Math.sqrt((float) square) * Math.sqrt((float) querySquare);
        if (norms == 0) return 0;
        return Double.isInfinite(norms) ? Float.NaN : (float) (dot / norms);
    }
}
