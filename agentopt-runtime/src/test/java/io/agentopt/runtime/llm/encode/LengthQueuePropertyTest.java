package io.agentopt.runtime.llm.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.runtime.llm.encode.LengthQueue.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class LengthQueuePropertyTest {
    @Provide
    Arbitrary<BatchLimits> limits() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 12),
                        Arbitraries.integers().between(1, 300),
                        Arbitraries.of(0.0, 0.1, 0.25, 0.5, 0.99))
                .as(BatchLimits::new);
    }

    @Provide
    Arbitrary<List<List<Integer>>> owners() {
        return Arbitraries.integers()
                .between(1, 64)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40)
                .list()
                .ofMaxSize(5);
    }

    @Property(tries = 400, seed = "32")
    void everyRowRunsOnceWithinTheLimitsAndEveryOwnerHasItsTurn(
            @ForAll("limits") BatchLimits limits, @ForAll("owners") List<List<Integer>> lengths) {
        LengthQueue<Integer> queue = new LengthQueue<>(limits);
        int rows = 0;
        for (int o = 0; o < lengths.size(); o++) {
            for (int i = 0; i < lengths.get(o).size(); i++) {
                queue.add(o, i, lengths.get(o).get(i));
                rows++;
            }
        }
        Set<List<Integer>> seen = new HashSet<>();
        Map<Integer, Integer> waited = new HashMap<>();
        Map<Integer, Integer> left = new HashMap<>();
        for (int o = 0; o < lengths.size(); o++) left.put(o, lengths.get(o).size());
        while (!queue.isEmpty()) {
            List<Row<Integer>> batch = queue.next();
            assertThat(batch).isNotEmpty();
            long sum = 0;
            int longest = 0;
            for (Row<Integer> row : batch) {
                assertThat(lengths.get(row.owner()).get(row.index())).isEqualTo(row.length());
                assertThat(seen.add(List.of(row.owner(), row.index()))).isTrue();
                sum += row.length();
                longest = Math.max(longest, row.length());
                left.merge(row.owner(), -1, Integer::sum);
            }
            if (batch.size() > 1) {
                long padded = (long) batch.size() * longest;
                assertThat(batch).hasSizeLessThanOrEqualTo(limits.rows());
                assertThat(padded).isLessThanOrEqualTo(limits.tokens());
                assertThat((double) (padded - sum)).isLessThanOrEqualTo(limits.padding() * padded);
            }
            Set<Integer> served = new HashSet<>(batch.stream().map(Row::owner).toList());
            for (int o = 0; o < lengths.size(); o++) {
                int idle = served.contains(o) || left.getOrDefault(o, 0) == 0 ? 0 : waited.getOrDefault(o, 0) + 1;
                waited.put(o, idle);
                assertThat(idle).as("batches that owner %s waits", o).isLessThan(lengths.size());
            }
        }
        assertThat(seen).hasSize(rows);
        assertThat(queue.next()).isEmpty();
    }

    @Property(tries = 200, seed = "32")
    void removingAnOwnerLeavesTheOthers(
            @ForAll("owners") List<List<Integer>> lengths, @ForAll @IntRange(max = 4) int gone) {
        LengthQueue<Integer> queue = new LengthQueue<>(new BatchLimits(4, 128, 0.5));
        for (int o = 0; o < lengths.size(); o++) {
            for (int i = 0; i < lengths.get(o).size(); i++)
                queue.add(o, i, lengths.get(o).get(i));
        }
        queue.remove(gone);
        List<List<Integer>> seen = new ArrayList<>(), expected = new ArrayList<>();
        while (!queue.isEmpty()) queue.next().forEach(r -> seen.add(List.of(r.owner(), r.index())));
        for (int o = 0; o < lengths.size(); o++) {
            for (int i = 0; i < lengths.get(o).size(); i++) if (o != gone) expected.add(List.of(o, i));
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(expected);
    }
}
