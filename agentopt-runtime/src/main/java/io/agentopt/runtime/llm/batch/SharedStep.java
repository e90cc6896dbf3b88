package io.agentopt.runtime.llm.batch;

import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.execute.DecodeStep;
import io.agentopt.runtime.llm.execute.DecoderExecutor;
import io.agentopt.runtime.llm.execute.Draw;
import java.util.Comparator;
import java.util.List;

/**
 * One decode run for all answers in progress. If it fails, with whatever, each of them runs once more alone, so that only the one at
 * fault fails: a failed run leaves the positions that it did not append as they were. That holds for memory too: a run of one
 * needs less of it, and who still finds none fails with that.
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
        closeGaps(active);
        int widest = executor.widestStep();
        for (int from = 0; from < active.size(); from += widest) {
            List<AnswerRequest> group = active.subList(from, Math.min(active.size(), from + widest));
            long nanos;
            try {
                nanos = decode(group);
            } catch (RuntimeException | Error shared) {
                options.reset();
                if (group.size() == 1 && !(shared instanceof OrtException)) failed.accept(group.getFirst(), shared);
                else for (AnswerRequest r : group) one(r, stepped, failed); // one alone may have been ended by an abort
                continue;
            }
            for (AnswerRequest r : group) appended(r, nanos, stepped, failed);
        }
    }

    private void one(AnswerRequest r, Schedule.Stepped stepped, Schedule.Failed failed) {
        if (r.exchange.isCancelled()) {
            failed.accept(r, r.exchange.cancelled());
            return;
        }
        long nanos;
        try {
            nanos = decode(List.of(r));
        } catch (RuntimeException | Error e) {
            options.reset();
            failed.accept(r, e);
            return;
        }
        appended(r, nanos, stepped, failed);
    }

    private static void appended(AnswerRequest r, long nanos, Schedule.Stepped stepped, Schedule.Failed failed) {
        try {
            r.stepped(nanos);
        } catch (RuntimeException | Error e) { // no memory for a longer list of tokens
            failed.accept(r, e);
            return;
        }
        stepped.accept(r);
    }

    /** {@return how long it took, in nanoseconds} */
    private long decode(List<AnswerRequest> group) {
        int[] at = group.stream().mapToInt(r -> r.sequence.row()).toArray();
        int[] tokens = group.stream().mapToInt(AnswerRequest::last).toArray();
        boolean goesOn = group.stream().allMatch(AnswerRequest::goesOnWithDrawn);
        List<Draw> draws = group.stream().map(AnswerRequest::draw).toList();
        long start = System.nanoTime();
        alone = group.size() == 1;
        try {
            executor.decode(new DecodeStep(at, tokens, rows.held(), draws, goesOn), options);
        } finally {
            alone = false;
        }
        return System.nanoTime() - start;
    }

    // Rows between the first and the last may cost as much as those that are asked for, so far ones move into gaps.
    private void closeGaps(List<AnswerRequest> active) {
        AnswerRequest last = active.getLast();
        int span = last.sequence.row() - active.getFirst().sequence.row() + 1;
        if (active.size() < 2 || span <= 2 * active.size()) return;
        try {
            if (rows.moveDown(last.sequence)) active.sort(Comparator.comparingInt(r -> r.sequence.row()));
        } catch (RuntimeException | OutOfMemoryError e) {
            // It stays where it is, which costs time only. If the device is at fault, the run says so.
        }
    }

    void close() {
        options.close();
    }
}
