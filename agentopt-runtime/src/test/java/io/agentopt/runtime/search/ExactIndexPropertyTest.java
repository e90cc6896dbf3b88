package io.agentopt.runtime.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ExactIndexPropertyTest {
    /** The slow twin: double precision, full sort. Elements are small integers, so that float sums are exact and ties real. */
    static List<ExactIndex.Hit> naive(List<float[]> rows, float[] query, int k) {
        double[] scores = rows.stream()
                .mapToDouble(r -> IntStream.range(0, r.length)
                        .mapToDouble(i -> (double) r[i] * query[i])
                        .sum())
                .toArray();
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> -scores[i]).thenComparing(i -> i))
                .limit(k)
                .map(i -> new ExactIndex.Hit(i, (float) scores[i]))
                .toList();
    }

    @Property(seed = "20261122", tries = 500)
    void equalsTheSlowTwin(
            @ForAll @IntRange(min = 1, max = 200) int rows,
            @ForAll @IntRange(min = 1, max = 19) int dimension,
            @ForAll @IntRange(min = 1, max = 220) int k,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < rows; i++) vectors.add(vector(random, dimension));
        float[] query = vector(random, dimension);
        assertThat(ExactIndex.of(vectors).search(query, k)).isEqualTo(naive(vectors, query, k));
    }

    private static float[] vector(SplittableRandom random, int dimension) {
        float[] v = new float[dimension];
        for (int i = 0; i < dimension; i++) v[i] = random.nextInt(5) - 2;
        return v;
    }

    @Example
    void badInputIsNamed() {
        assertThatThrownBy(() -> ExactIndex.of(List.of())).hasMessageContaining("at least one vector");
        assertThatThrownBy(() -> ExactIndex.of(List.of(new float[2], new float[3])))
                .hasMessageContaining("Row 1 has 3 dimensions");
        assertThatThrownBy(() -> ExactIndex.of(List.of(new float[] {1, Float.NaN})))
                .hasMessageContaining("Row 0 holds NaN at position 1");
        ExactIndex index = ExactIndex.of(List.of(new float[] {1, 2}));
        assertThatThrownBy(() -> index.search(new float[3], 1))
                .hasMessageContaining("query has 3 dimensions and the index 2");
        assertThatThrownBy(() -> index.search(new float[2], 0)).hasMessageContaining("(0)");
        assertThatThrownBy(() -> index.search(new float[] {1, Float.POSITIVE_INFINITY}, 1))
                .hasMessageContaining("The query holds Infinity");
    }

    @Example
    void theIndexKeepsItsOwnCopy() {
        float[] v = {1, 0};
        ExactIndex index = ExactIndex.of(List.of(v));
        v[0] = 5;
        assertThat(index.search(new float[] {1, 0}, 1)).containsExactly(new ExactIndex.Hit(0, 1));
    }
}
