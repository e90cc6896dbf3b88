package io.agentopt.benchmarks.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeededSplitTest {
    private static final List<String> KEYS =
            IntStream.range(0, 40).mapToObj(i -> "cell " + i).toList();

    @Test
    void theSameSeedDrawsTheSameKeysInWhateverOrder() {
        Set<String> drawn = SeededSplit.draw(KEYS, 0.35, 3);
        assertThat(drawn).hasSize(14).isEqualTo(SeededSplit.draw(KEYS.reversed(), 0.35, 3));
        assertThat(drawn).isNotEqualTo(SeededSplit.draw(KEYS, 0.35, 4));
    }

    @Test
    void repeatedKeysCountOnceAndOneIsAlwaysDrawn() {
        assertThat(SeededSplit.draw(List.of("a", "a", "a", "b"), 0.5, 0)).hasSize(1);
        assertThat(SeededSplit.draw(List.of("a"), 0.01, 0)).containsExactly("a");
    }

    @Test
    void everyKeyGetsItsTurn() {
        for (String key : KEYS) {
            long times = IntStream.range(0, 200)
                    .filter(seed -> SeededSplit.draw(KEYS, 0.35, seed).contains(key))
                    .count();
            assertThat(times).as(key).isBetween(40L, 100L);
        }
    }
}
