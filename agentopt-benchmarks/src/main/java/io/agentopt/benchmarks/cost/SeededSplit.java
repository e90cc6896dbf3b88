package io.agentopt.benchmarks.cost;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Draws calibration keys: the same for the same seed and keys, whatever their order. */
final class SeededSplit {
    private SeededSplit() {}

    /** {@return so large a share of the keys, at least one} */
    static Set<String> draw(Collection<String> keys, double share, long seed) {
        return drawCount(keys, (int) Math.max(1, Math.round(share * new HashSet<>(keys).size())), seed);
    }

    /** {@return so many of the keys} */
    static Set<String> drawCount(Collection<String> keys, int count, long seed) {
        Set<String> drawn = new HashSet<>();
        new TreeSet<>(keys)
                .stream()
                        .sorted(Comparator.comparingLong(k -> rank(k, seed)))
                        .limit(count)
                        .forEach(drawn::add);
        return drawn;
    }

    private static long rank(String key, long seed) {
        return new SplittableRandom(key.hashCode() * 0x9E3779B97F4A7C15L + seed).nextLong();
    }
}
