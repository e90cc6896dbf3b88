package io.agentopt.runtime.llm.batch;

import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.execute.DecodeStep;
import io.agentopt.runtime.llm.execute.DecoderExecutor;
import java.util.Comparator;
import java.util.List;

/**
 * One decode run for all answers in progress. If it fails, each of them runs once more alone, so that only the one at
 * fault fails: a failed run leaves the positions that it did not append as they were.
 */
final class SharedStep {
    private final DecoderExecutor executor;
    private final RowTable rows;
    private final OrtRunOptions options = OrtRunOptions.create();
    private volatile boolean alone;

    SharedStep(DecoderExecutor executor, RowTable rows) {
        this.executor = executor;
        this.rows = rows;
    }

    /** Ends the run in flight if it is of one answer. A call that comes too late ends the next run, which is then repeated. */
    void abortIfAlone() {
        if (alone) options.terminate();
    }

    /** Runs answers, ordered by row. */
    void run(List<AnswerRequest> active, Schedule.Stepped stepped, Schedule.Failed failed) {
        try {
            closeGaps(active);
        } catch (RuntimeException e) {
            List.copyOf(active).forEach(r -> failed.accept(r, e));
            return;
        }
        int widest = executor.widestStep();
        for (int from = 0; from < active.size(); from += widest) {
            List<AnswerRequest> group = active.subList(from, Math.min(active.size(), from + widest));
            try {
                decode(group);
            } catch (OrtException shared) {
                options.reset();
                for (AnswerRequest r : group) one(r, stepped, failed);
                continue;
            } catch (RuntimeException | Error e) {
                group.forEach(r -> failed.accept(r, e));
                continue;
            }
            group.forEach(stepped::accept);
        }
    }

    private void one(AnswerRequest r, Schedule.Stepped stepped, Schedule.Failed failed) {
        if (r.exchange.isCancelled()) {
            failed.accept(r, r.exchange.cancelled());
            return;
        }
        try {
            decode(List.of(r));
        } catch (RuntimeException | Error e) {
            options.reset();
            failed.accept(r, e);
            return;
        }
        stepped.accept(r);
    }

    private void decode(List<AnswerRequest> group) {
        int[] at = group.stream().mapToInt(r -> r.sequence.row()).toArray();
        int[] tokens = group.stream().mapToInt(AnswerRequest::last).toArray();
        boolean goesOn = group.stream().allMatch(AnswerRequest::goesOnWithBest);
        long start = System.nanoTime();
        alone = group.size() == 1;
        try {
            executor.decode(new DecodeStep(at, tokens, rows.held(), goesOn), options);
        } finally {
            alone = false;
        }
        long nanos = System.nanoTime() - start;
        group.forEach(r -> r.stepped(nanos));
    }

    // Rows between the first and the last may cost as much as those that are asked for, so far ones move into gaps.
    private void closeGaps(List<AnswerRequest> active) {
        AnswerRequest last = active.getLast();
        int span = last.sequence.row() - active.getFirst().sequence.row() + 1;
        if (active.size() < 2 || span <= 2 * active.size() || !rows.moveDown(last.sequence)) return;
        active.sort(Comparator.comparingInt(r -> r.sequence.row()));
    }

    void close() {
        options.close();
    }
}
