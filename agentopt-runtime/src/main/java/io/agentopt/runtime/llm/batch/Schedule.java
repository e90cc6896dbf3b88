package io.agentopt.runtime.llm.batch;

import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.llm.error.CacheExhaustedException;
import io.agentopt.runtime.llm.error.DeviceLostException;
import io.agentopt.runtime.llm.execute.DecoderExecutor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What the device's thread does in one iteration: gives free rows to those who wait, first come first served; fills one
 * chunk of one prompt, or copies what is known of it, prompts taking turns, or fills several short prompts that together are no longer than a chunk;
 * and appends one token to every answer in progress. So an answer never waits longer than one chunk, and a short prompt not for a long one. Where the device fills a chunk beside steps, iterations go on
 * without it until it is done.
 */
final class Schedule {
    private static final long MOST_COPIED = 16 << 20; // bytes of known beginnings in one iteration: some milliseconds

    private final String model;
    private final DecoderExecutor executor;
    private final BatchSettings settings;
    private final PrefixCache prefixes;
    private final SharedStep step;
    private final ShortPrompts shortPrompts;
    private final int mostCopied;
    private final ArrayDeque<RowRequest> waiting = new ArrayDeque<>();
    private final ArrayDeque<RowRequest> filling = new ArrayDeque<>();
    private final List<AnswerRequest> answering = new ArrayList<>();
    private final Runnable wake;
    private @Nullable Chunk chunk;
    private @Nullable DeviceLostException lost; // then nobody gets a row any more
    private final RowTable rows;
    private volatile int waitingCount; // for other threads

    /**
     * A run that fills a part of a prompt.
     *
     * @param to position behind it
     * @param end gives when it was over, or what it failed with
     */
    private record Chunk(RowRequest request, int to, long start, CompletableFuture<Long> end) {}

    /** @param wake lets another iteration come, from any thread */
    Schedule(String model, DecoderExecutor executor, BatchSettings settings, PrefixCache prefixes, Runnable wake) {
        this.model = model;
        this.executor = executor;
        this.settings = settings;
        this.prefixes = prefixes;
        this.wake = wake;
        long chunkBytes = settings.chunk() * executor.kv().shape().bytesPerPosition();
        mostCopied = settings.chunk() * Math.clamp(MOST_COPIED / chunkBytes, 1, 1 << 10);
        rows = new RowTable(executor.kv());
        shortPrompts = new ShortPrompts(executor, settings.chunk());
        step = new SharedStep(executor, rows);
    }

    /** {@return requests without a row; any thread may ask} */
    int waiting() {
        return waitingCount;
    }

    /** Ends the decode run in flight if one answer alone is in it; any thread may call. */
    void abortLoneStep() {
        step.abortIfAlone();
    }

    /** Puts a request in the line for a row. */
    void await(RowRequest request) {
        waiting.add(request);
        waitingCount = waiting.size();
    }

    /** Chooses an answer's first token, from the scores that its prompt left; the next iterations go on with it. */
    void begin(AnswerRequest request) {
        if (request.exchange.isCancelled()) {
            request.exchange.failed(request.exchange.cancelled());
        } else {
            answering.add(request);
            choose(request);
        }
    }

    /** {@return the table of rows} */
    RowTable rows() {
        return rows;
    }

    /** {@return whether the next iteration has something to run} */
    boolean isBusy() {
        Chunk running = chunk;
        return (running == null ? !filling.isEmpty() : running.end().isDone())
                || answering.stream().anyMatch(r -> !r.exchange.isFull() || r.exchange.isCancelled());
    }

    /** {@return how long nothing happens by itself} */
    long nanosToNextExpiry() {
        long now = System.nanoTime();
        return waiting.stream()
                .mapToLong(r -> Math.max(1, r.giveUpAt - now))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    void iterate() {
        dropCancelled();
        admit();
        fill();
        List<AnswerRequest> active = new ArrayList<>(
                answering.stream().filter(r -> !r.exchange.isFull()).toList());
        if (active.isEmpty()) return;
        active.sort(Comparator.comparingInt(r -> r.sequence.row()));
        step.run(active, this::choose, this::fail);
    }

    private void dropCancelled() {
        for (Iterator<RowRequest> i = waiting.iterator(); i.hasNext(); ) {
            RowRequest r = i.next();
            if (!r.exchange.isCancelled()) continue;
            i.remove();
            r.exchange.failed(r.exchange.cancelled());
        }
        List<RowRequest> stopped =
                filling.stream().filter(r -> r.exchange.isCancelled()).toList();
        filling.removeAll(stopped);
        stopped.forEach(r -> fail(r, r.exchange.cancelled()));
        List<AnswerRequest> ended =
                answering.stream().filter(r -> r.exchange.isCancelled()).toList();
        ended.forEach(r -> fail(r, r.exchange.cancelled()));
    }

    private void admit() {
        DeviceLostException reason = lost;
        if (reason != null) {
            waiting.forEach(r -> r.exchange.failed(reason));
            waiting.clear();
        }
        for (RowRequest r = waiting.peek(); r != null && rows.hasFree(); r = waiting.peek()) {
            waiting.remove();
            r.sequence(rows.take(r.tokens));
            try {
                if (r.scores.isPresent()) reserve(r, r.scores.get());
                else filling.add(r);
            } catch (RuntimeException | OutOfMemoryError e) {
                fail(r, e);
            }
        }
        long now = System.nanoTime();
        for (Iterator<RowRequest> i = waiting.iterator(); i.hasNext(); ) {
            RowRequest r = i.next();
            if (r.giveUpAt - now > 0) continue;
            i.remove();
            r.exchange.failed(new CacheExhaustedException(model, executor.kv().rows(), settings.rowWait()));
        }
        waitingCount = waiting.size();
    }

    // The row counts as filled before its owner fills it: a step that passes over it then writes behind its end.
    private void reserve(RowRequest r, MemorySegment scores) {
        executor.scores(r.sequence().row(), scores);
        r.sequence().held(r.tokens.length);
        r.exchange.finished();
    }

    private void fill() {
        if (chunk == null) begin();
        Chunk running = chunk;
        if (running == null || !running.end().isDone()) return;
        chunk = null;
        end(running);
    }

    /** Begins a chunk of the next prompt, or copies what is known of it. */
    private void begin() {
        RowRequest r = filling.poll();
        if (r == null) return;
        List<RowRequest> together = shortPrompts.beside(r, filling);
        if (together.size() > 1) {
            filling.removeAll(together);
            fill(together);
            return;
        }
        Sequence s = r.sequence();
        try {
            int before = s.held(), from = prefixes.restore(executor.kv(), s.row(), r.tokens, before, mostCopied);
            r.reused += from - before;
            s.held(from);
            if (from - before == mostCopied) { // there may be more; others first
                filling.add(r);
                return;
            }
            int to = executor.fillsPromptsWhole()
                    ? r.tokens.length
                    : Math.min(r.tokens.length, (from / settings.chunk() + 1) * settings.chunk());
            long start = System.nanoTime();
            CompletableFuture<Void> run = executor.begin(s.row(), r.tokens, from, to, r.options);
            s.filling(to);
            chunk = new Chunk(r, to, start, run.thenApply(done -> System.nanoTime()));
            if (!run.isDone()) {
                CompletableFuture<Void> _ = run.whenComplete((done, failure) -> wake.run());
            }
        } catch (RuntimeException | Error e) { // of this request alone
            fail(r, e);
        }
    }

    /** Fills whole prompts in one run; if it fails, each gets one of its own, so that only the one at fault fails. */
    private void fill(List<RowRequest> together) {
        long start = System.nanoTime();
        try {
            for (RowRequest r : together) { // counts them; of a prompt that ends in its first chunk nothing is known
                prefixes.restore(executor.kv(), r.sequence().row(), r.tokens, 0, 0);
            }
            shortPrompts.fill(together);
        } catch (RuntimeException | Error e) {
            for (RowRequest r : together.reversed()) {
                r.alone = true;
                filling.addFirst(r);
            }
            return;
        }
        long nanos = System.nanoTime() - start;
        for (RowRequest r : together) {
            try {
                if (r.exchange.isCancelled()) fail(r, r.exchange.cancelled());
                else filled(r, r.tokens.length, nanos);
            } catch (RuntimeException | Error e) {
                fail(r, e);
            }
        }
    }

    private void end(Chunk filled) {
        RowRequest r = filled.request();
        Sequence s = r.sequence();
        s.filling(0);
        try {
            filled(r, filled.to(), filled.end().join() - filled.start());
        } catch (CompletionException e) {
            fail(r, e.getCause() == null ? e : e.getCause());
        } catch (RuntimeException | Error e) {
            fail(r, e);
        }
    }

    private void filled(RowRequest r, int to, long nanos) {
        r.runNanos += nanos;
        r.sequence().held(to);
        prefixes.remember(executor.kv(), r.sequence().row(), r.tokens, to);
        if (to < r.tokens.length) filling.add(r);
        else r.exchange.finished();
    }

    private void fail(RowRequest r, Throwable cause) {
        if (cause instanceof DeviceLostException reason) lost = reason;
        if (rows.giveUp(r.sequence())) rows.free(r.sequence());
        r.exchange.failed(cause instanceof OrtException && r.exchange.isCancelled() ? r.exchange.cancelled() : cause);
    }

    private void choose(AnswerRequest r) {
        try {
            int row = r.sequence.row();
            TokenChooser chooser = r.spec.chooser();
            int token = chooser.draw().map(by -> executor.chosen(row, by)).orElse(-1);
            if (token >= 0) chooser.taken(token);
            else token = chooser.choose(executor.scores(row), r.owner());
            if (r.take(token)) return;
            answering.remove(r);
            if (prefixes.keepsAnswers()) prefixes.remember(executor.kv(), row, r.sequence.all(), r.sequence.held());
            r.exchange.finished();
        } catch (RuntimeException | Error e) {
            fail(r, e);
        }
    }

    private void fail(AnswerRequest r, Throwable cause) {
        if (cause instanceof DeviceLostException reason) lost = reason;
        answering.remove(r);
        r.exchange.failed(cause);
    }

    /** Fails what is not finished and frees the device. */
    void close(RuntimeException because) {
        waiting.forEach(r -> r.exchange.failed(because));
        Chunk running = chunk;
        if (running != null) { // its request's memory is in use until it is over
            running.request().options.terminate();
            running.end().handle((done, failure) -> done).join();
            filling.add(running.request());
        }
        filling.forEach(r -> fail(r, because));
        List.copyOf(answering).forEach(r -> fail(r, because));
        waiting.clear();
        filling.clear();
        waitingCount = 0;
        try {
            prefixes.close();
        } finally {
            try {
                executor.close();
            } finally {
                abandon();
            }
        }
    }

    /** Frees what it holds itself; the executor and the prefix cache stay the caller's. */
    void abandon() {
        shortPrompts.close();
        step.close();
    }

    /** Tells one answer that it has a token to choose. */
    @FunctionalInterface
    interface Stepped {
        void accept(AnswerRequest request);
    }

    /** Tells one answer that it has failed. */
    @FunctionalInterface
    interface Failed {
        void accept(AnswerRequest request, Throwable cause);
    }
}
