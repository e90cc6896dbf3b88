package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F16;
import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I64;
import static io.agentopt.kernel.ElementType.I8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.KernelThreads;
import io.agentopt.kernels.CosineTopK.Hit;
import java.lang.foreign.Arena;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CosineTopKTest {
    private static final int BLOCK = 32, D = 48, K = 5;

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void hitsAreTheBestScoresOfTheSameOrigin(EveryOrigin.Origin kernels) {
        Random random = new Random(1);
        try (Arena arena = Arena.ofShared();
                KernelThreads threads = KernelThreads.of(3)) {
            for (ElementType type : new ElementType[] {F32, F16, I8}) {
                for (int n : new int[] {0, 3, 32, 33, 5000}) {
                    Buffer matrix = Buffers.random(arena, random, type, n, D);
                    Buffer query = Buffers.random(arena, random, type == I8 ? I8 : F32, D);
                    Buffer scores = Buffer.allocate(arena, F32, n);
                    kernels.of(KernelSpec.of("cosine").with("d", D).with("type", type))
                            .run(matrix, query, scores);
                    List<Hit> best = LongStream.range(0, n)
                            .mapToObj(i -> new Hit(i, scores.getFloat(i)))
                            .sorted(Comparator.comparingDouble(Hit::score).reversed())
                            .limit(K)
                            .toList();
                    long blocks = (n + BLOCK - 1L) / BLOCK;
                    Buffer values = Buffer.allocate(arena, F32, blocks, K),
                            rows = Buffer.allocate(arena, I64, blocks, K);
                    kernels.of(spec(type)).run(threads, matrix, query, values, rows);
                    assertThat(CosineTopK.merge(values, rows))
                            .as("%s, n %d", type, n)
                            .isEqualTo(best);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void blocksPastTheRowsAreEmptyAndRowsPastTheBlocksLeftOut(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer query = Buffers.fill(arena, F32, i -> 1, D);
            for (int blocks : new int[] {1, 4}) {
                Buffer matrix = Buffers.fill(arena, F32, i -> i / D >= 40 ? 1 : i % D + 1, 50, D);
                Buffer values = Buffer.allocate(arena, F32, blocks, K), rows = Buffer.allocate(arena, I64, blocks, K);
                kernels.of(spec(F32)).run(matrix, query, values, rows);
                assertThat(CosineTopK.merge(values, rows).getFirst().row()).isEqualTo(blocks == 1 ? 0 : 40);
                if (blocks == 4) assertThat(rows.getInteger(3 * K)).isEqualTo(-1);
            }
        }
    }

    private static KernelSpec spec(ElementType type) {
        return KernelSpec.of("cosine_top_k")
                .with("block", BLOCK)
                .with("d", D)
                .with("k", K)
                .with("type", type);
    }
}
