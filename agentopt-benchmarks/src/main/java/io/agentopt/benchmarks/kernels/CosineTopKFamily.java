package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I64;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.CosineTopK;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** The 10 rows with the best cosine scores, of rows of 384. The peer scores in the Vector API and then selects in it. Errors are relative to 1, the largest score. */
final class CosineTopKFamily implements KernelFamily {
    private static final int D = 384, K = 10, BLOCK = 256;

    @Override
    public String name() {
        return "Cosine scores, the best 10";
    }

    @Override
    public List<String> kernels() {
        return List.of("cosine_top_k_f32_d384");
    }

    @Override
    public KernelCase prepare(String kernel, Size size, Arena arena) {
        int n = size.rows(4L * D) / BLOCK * BLOCK;
        long blocks = n / BLOCK;
        Random random = new Random(n);
        Buffer matrix = Fill.random(arena, random, F32, n, D), query = Fill.random(arena, random, F32, D);
        Buffer values = Buffer.allocate(arena, F32, blocks, K), rows = Buffer.allocate(arena, I64, blocks, K);
        double[] exact = exact(matrix, query);
        float[] scores = new float[n], best = new float[K], floats = query.toFloatArray();
        int[] where = new int[K];
        MemorySegment scoresInMemory = Buffer.allocate(arena, F32, n).segment();
        List<Contender> contenders = new ArrayList<>(Ours.compiled(
                KernelSpec.of("cosine_top_k")
                        .with("block", BLOCK)
                        .with("d", D)
                        .with("k", K)
                        .with("type", F32),
                () -> error(exact, CosineTopK.merge(values, rows)),
                matrix,
                query,
                values,
                rows));
        contenders.add(Contender.peer(
                "Vector API",
                () -> {
                    VectorCosine.f32(matrix.segment(), floats, scores, D);
                    scoresInMemory.copyFrom(MemorySegment.ofArray(scores));
                    VectorTopK.run(scoresInMemory, best, where, 1, n, K);
                },
                () -> error(exact, hits(best, where))));
        contenders.add(Contender.peer(
                "plain Java",
                () -> {
                    PlainJava.cosineF32(matrix.segment(), floats, scores);
                    scoresInMemory.copyFrom(MemorySegment.ofArray(scores));
                    PlainJava.topK(scoresInMemory, best, where, 1, n, K);
                },
                () -> error(exact, hits(best, where))));
        contenders.addAll(Ceilings.read(matrix.segment()));
        return new KernelCase(kernel, size, matrix.segment().byteSize(), true, true, contenders);
    }

    private static List<CosineTopK.Hit> hits(float[] best, int[] where) {
        List<CosineTopK.Hit> hits = new ArrayList<>();
        for (int p = 0; p < best.length; p++) hits.add(new CosineTopK.Hit(where[p], best[p]));
        return hits;
    }

    private static double[] exact(Buffer matrix, Buffer query) {
        double[] exact = new double[(int) matrix.dimension(0)];
        for (int i = 0; i < exact.length; i++) {
            double dot = 0, square = 0, querySquare = 0;
            for (int j = 0; j < D; j++) {
                double x = matrix.getFloat((long) i * D + j), y = query.getFloat(j);
                dot += x * y;
                square += x * x;
                querySquare += y * y;
            }
            exact[i] = dot / Math.sqrt(square * querySquare);
        }
        return exact;
    }

    /** How far each hit's score is off its own row's and off the one that belongs at its place. */
    private static double error(double[] exact, List<CosineTopK.Hit> hits) {
        double[] sorted = exact.clone();
        Arrays.sort(sorted);
        double worst = hits.size() == K ? 0 : Double.POSITIVE_INFINITY;
        for (int p = 0; p < hits.size(); p++) {
            CosineTopK.Hit hit = hits.get(p);
            worst = Math.max(worst, Math.abs(hit.score() - exact[(int) hit.row()]));
            worst = Math.max(worst, Math.abs(hit.score() - sorted[sorted.length - 1 - p]));
        }
        return worst;
    }
}
