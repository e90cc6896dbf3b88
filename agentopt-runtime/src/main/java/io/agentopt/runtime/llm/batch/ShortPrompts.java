package io.agentopt.runtime.llm.batch;

import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.execute.DecoderExecutor;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whole prompts in neighbouring rows that together are no longer than a chunk, so that one run fills them: it reads the weights
 * once for all of them. Each is what it would be alone, because each begins at position 0 and ends in its first chunk.
 */
final class ShortPrompts implements AutoCloseable {
    private final DecoderExecutor executor;
    private final int most; // positions of a run, padding included
    private final OrtRunOptions options = OrtRunOptions.create(); // nobody ends a run of several

    ShortPrompts(DecoderExecutor executor, int chunk) {
        this.executor = executor;
        most = Math.min(chunk, executor.kv().capacity());
    }

    /**
     * {@return prompts that may share a run with one, by row, that one among them}  None is shorter than half of another: at
     * most half of a run is padding.
     *
     * @param filling the other prompts in line
     */
    List<RowRequest> beside(RowRequest prompt, Collection<RowRequest> filling) {
        if (!isWhole(prompt)) return List.of(prompt);
        Map<Integer, RowRequest> byRow = new HashMap<>();
        for (RowRequest r : filling) if (isWhole(r)) byRow.put(r.sequence().row(), r);
        Deque<RowRequest> group = new ArrayDeque<>(List.of(prompt));
        int shortest = prompt.tokens.length, longest = shortest;
        while (true) {
            RowRequest next = byRow.get(group.getLast().sequence().row() + 1);
            boolean behind = next != null && fits(group.size(), shortest, longest, next);
            if (!behind) next = byRow.get(group.getFirst().sequence().row() - 1);
            if (next == null || (!behind && !fits(group.size(), shortest, longest, next))) return List.copyOf(group);
            if (behind) group.addLast(next);
            else group.addFirst(next);
            shortest = Math.min(shortest, next.tokens.length);
            longest = Math.max(longest, next.tokens.length);
        }
    }

    private static boolean isWhole(RowRequest r) {
        return !r.alone && r.sequence().held() == 0;
    }

    private boolean fits(int others, int shortest, int longest, RowRequest next) {
        int length = next.tokens.length, low = Math.min(shortest, length), high = Math.max(longest, length);
        return executor.promptSharing().allows(longest, length) && (others + 1L) * high <= most && high <= 2L * low;
    }

    /** Fills several. */
    void fill(List<RowRequest> group) {
        executor.prefill(
                group.getFirst().sequence().row(),
                group.stream().map(r -> r.tokens).toList(),
                options);
    }

    @Override
    public void close() {
        options.close();
    }
}
