package io.agentopt.runtime.llm.encode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Rows that wait, by length. A batch begins with the longest row of the owner whose turn it is, so nobody waits for ever and a long request does not block a
 * short one, and grows by rows of the nearest lengths, whoever owns them, while the limits hold. Not safe to share between threads.
 *
 * @param <O> owners, by identity of their {@code equals}
 */
final class LengthQueue<O> {
    /**
     * A row that waits.
     *
     * @param index what the owner calls it
     */
    record Row<O>(O owner, int index, int length, long arrival) {}

    private static final Comparator<Row<?>> BY_LENGTH =
            Comparator.<Row<?>>comparingInt(Row::length).thenComparingLong(Row::arrival);

    private final BatchLimits limits;
    private final NavigableSet<Row<O>> all = new TreeSet<>(BY_LENGTH);
    private final Map<O, NavigableSet<Row<O>>> owners = new LinkedHashMap<>(); // in order of their turns
    private long arrivals;

    LengthQueue(BatchLimits limits) {
        this.limits = limits;
    }

    /** Adds a row; each index of an owner once. */
    void add(O owner, int index, int length) {
        Row<O> row = new Row<>(owner, index, length, arrivals++);
        all.add(row);
        owners.computeIfAbsent(owner, o -> new TreeSet<>(BY_LENGTH)).add(row);
    }

    int size() {
        return all.size();
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Takes what an owner still has here out. */
    void remove(O owner) {
        NavigableSet<Row<O>> rows = owners.remove(owner);
        if (rows != null) all.removeAll(rows);
    }

    /** {@return the next batch, which is taken out; empty if nothing waits} */
    List<Row<O>> next() {
        if (all.isEmpty()) return List.of();
        O turn = owners.keySet().iterator().next();
        List<Row<O>> batch = grow(of(turn).last());
        for (Row<O> row : batch) {
            all.remove(row);
            NavigableSet<Row<O>> rows = of(row.owner());
            rows.remove(row);
            if (rows.isEmpty()) owners.remove(row.owner());
        }
        NavigableSet<Row<O>> left = owners.remove(turn);
        if (left != null) owners.put(turn, left); // to the end of the line
        return batch;
    }

    private NavigableSet<Row<O>> of(O owner) {
        return Objects.requireNonNull(owners.get(owner));
    }

    private List<Row<O>> grow(Row<O> first) {
        List<Row<O>> batch = new ArrayList<>(List.of(first));
        int longest = first.length();
        long sum = first.length();
        Row<O> shorter = all.lower(first), longer = all.higher(first);
        while (shorter != null || longer != null) {
            boolean up = shorter == null
                    || paddingOf(longer, batch.size(), longest, sum) < paddingOf(shorter, batch.size(), longest, sum);
            Row<O> row = up ? longer : shorter;
            if (row == null) break;
            int width = Math.max(longest, row.length());
            boolean fits = limits.hold(batch.size() + 1, width, sum + row.length());
            if (fits) {
                batch.add(row);
                longest = width;
                sum += row.length();
            }
            // Further rows that way would be padded more, so the way ends here.
            if (up) longer = fits ? all.higher(row) : null;
            else shorter = fits ? all.lower(row) : null;
        }
        return batch;
    }

    /** Tokens of padding with one row more. */
    private static long paddingOf(@Nullable Row<?> row, int count, int longest, long sum) {
        if (row == null) return Long.MAX_VALUE;
        return (long) (count + 1) * Math.max(longest, row.length()) - sum - row.length();
    }
}
