package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I8;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.apache.lucene.util.VectorUtil;

/** Cosine scores of one query to rows of 384 (a small embedder) and 1024 (a large one). Errors are relative to 1, the largest score. */
final class CosineFamily implements KernelFamily {
    private static final long SEED = 20_260;
    private static final int SAMPLED_ROWS = 500;

    @Override
    public String name() {
        return "Cosine scores";
    }

    @Override
    public List<String> kernels() {
        return List.of(
                "cosine_f32_d384",
                "cosine_f16_d384",
                "cosine_i8_d384",
                "cosine_f32_d1024",
                "cosine_f16_d1024",
                "cosine_i8_d1024");
    }

    @Override
    public KernelCase prepare(String kernel, Size size, Arena arena) {
        String[] parts = kernel.split("_", -1);
        ElementType type = ElementType.of(parts[1]);
        int d = Integer.parseInt(parts[2].substring(1));
        int n = size.rows((long) d * type.bytes());
        Random random = new Random(SEED);
        Buffer matrix = Fill.random(arena, random, type, n, d);
        Buffer query = Fill.random(arena, random, type == I8 ? I8 : F32, d);
        Buffer scores = Buffer.allocate(arena, F32, n);
        List<Contender> contenders = new ArrayList<>(Ours.compiled(
                KernelSpec.of("cosine").with("d", d).with("type", type),
                () -> error(matrix, query, scores.toFloatArray()),
                matrix,
                query,
                scores));
        contenders.addAll(peers(matrix, query, n, d));
        contenders.addAll(Ceilings.read(matrix.segment()));
        return new KernelCase(kernel, size, matrix.segment().byteSize(), type == F32, true, contenders);
    }

    private static List<Contender> peers(Buffer matrix, Buffer query, int n, int d) {
        float[] scores = new float[n];
        float[] floats = query.toFloatArray();
        byte[] bytes = query.segment().toArray(ValueLayout.JAVA_BYTE);
        DoubleSupplier error = () -> error(matrix, query, scores);
        return switch (matrix.type()) {
            case F32 -> {
                float[][] rows = new float[n][];
                for (int i = 0; i < n; i++) {
                    rows[i] = matrix.segment().asSlice(4L * d * i, 4L * d).toArray(ValueLayout.JAVA_FLOAT);
                }
                yield List.of(
                        Contender.peer(
                                "plain Java", () -> PlainJava.cosineF32(matrix.segment(), floats, scores), error),
                        Contender.peer(
                                "Vector API", () -> VectorCosine.f32(matrix.segment(), floats, scores, d), error),
                        Contender.peer(
                                "Lucene",
                                () -> {
                                    for (int i = 0; i < n; i++) scores[i] = VectorUtil.cosine(rows[i], floats);
                                },
                                error));
            }
            case F16 -> {
                float[] widened = new float[d];
                yield List.of(
                        Contender.peer(
                                "plain Java", () -> PlainJava.cosineF16(matrix.segment(), floats, scores), error),
                        Contender.peer(
                                "Vector API, by bits",
                                () -> VectorCosine.f16ByBits(matrix.segment(), floats, scores, d),
                                error),
                        Contender.peer(
                                "Vector API, by conversion",
                                () -> VectorCosine.f16ByConversion(matrix.segment(), floats, scores, widened),
                                error));
            }
            case I8 -> {
                byte[][] rows = new byte[n][];
                for (int i = 0; i < n; i++) {
                    rows[i] = matrix.segment().asSlice((long) d * i, d).toArray(ValueLayout.JAVA_BYTE);
                }
                yield List.of(
                        Contender.peer("plain Java", () -> PlainJava.cosineI8(matrix.segment(), bytes, scores), error),
                        Contender.peer("Vector API", () -> VectorCosine.i8(matrix.segment(), bytes, scores), error),
                        Contender.peer(
                                "Lucene",
                                () -> {
                                    for (int i = 0; i < n; i++) scores[i] = VectorUtil.cosine(rows[i], bytes);
                                },
                                error));
            }
            case I32, I64 -> throw new IllegalArgumentException("There are no cosine scores of " + matrix.type() + ".");
        };
    }

    private static double error(Buffer matrix, Buffer query, float[] scores) {
        int d = (int) query.elements(), step = Math.max(1, scores.length / SAMPLED_ROWS);
        double worst = 0;
        for (int i = 0; i < scores.length; i += step) {
            double dot = 0, square = 0, querySquare = 0;
            for (int j = 0; j < d; j++) {
                double x = matrix.getFloat((long) i * d + j), y = query.getFloat(j);
                dot += x * y;
                square += x * x;
                querySquare += y * y;
            }
            worst = Math.max(worst, Math.abs(scores[i] - dot / Math.sqrt(square * querySquare)));
        }
        return worst;
    }
}
