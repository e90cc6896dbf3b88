package io.agentopt.runtime.llm.batch;

import io.agentopt.internal.Uninterruptibly;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.execute.DecoderExecutor;
import io.agentopt.runtime.llm.kv.KvRows;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a decoder's device. Requests come in from any thread and are awaited there; this thread runs iteration
 * after iteration of {@link Schedule} and sleeps when there is nothing to do.
 */
public final class BatchLoop implements AutoCloseable {
    private final String model;
    private final DecoderExecutor executor;
    private final BatchSettings settings;
    private final Schedule schedule;
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Thread thread;
    private final Object gate = new Object();
    private boolean closed;
    private @Nullable Throwable stoppedBy; // what ended the thread before close

    /**
     * Starts the thread; from then on the loop owns the executor and the prefix cache.
     *
     * @throws OutOfMemoryError if the system gives no thread; then they stay the caller's
     */
    public BatchLoop(String model, DecoderExecutor executor, BatchSettings settings, PrefixCache prefixes) {
        this.model = model;
        this.executor = executor;
        this.settings = settings;
        schedule = new Schedule(model, executor, settings, prefixes, this::wake);
        thread = Thread.ofPlatform().daemon().name("agentopt-lane-" + model).unstarted(this::serve);
        try {
            thread.start();
        } catch (Error e) {
            schedule.abandon();
            throw e;
        }
    }

    /**
     * Fills a prompt into a row of its own.
     *
     * @param what is done, as the subject of a sentence
     * @return a sequence that the caller answers or releases
     * @throws io.agentopt.runtime.llm.error.CacheExhaustedException if no row became free in time
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled, also in mid-run
     */
    public Prefilled prefill(String what, int[] tokens, CancelToken cancel) {
        return row(what, tokens, Optional.empty(), cancel);
    }

    /**
     * Takes a row for keys and values that come from elsewhere. The caller writes them with {@link Handover}, then answers or
     * releases the sequence.
     *
     * @param scores float32 [vocab] of the last token
     * @throws io.agentopt.runtime.llm.error.CacheExhaustedException if no row became free in time
     */
    public Sequence reserve(String what, int[] tokens, MemorySegment scores, CancelToken cancel) {
        return row(what, tokens, Optional.of(scores), cancel).sequence();
    }

    private Prefilled row(String what, int[] tokens, Optional<MemorySegment> scores, CancelToken cancel) {
        try (OrtRunOptions options = OrtRunOptions.create()) {
            Exchange exchange = new Exchange(what, cancel, settings.buffered(), () -> abort(options), this::wake);
            RowRequest request = new RowRequest(
                    tokens,
                    scores,
                    exchange,
                    options,
                    System.nanoTime() + settings.rowWait().toNanos());
            submit(() -> schedule.await(request));
            exchange.await((id, last) -> {});
            return new Prefilled(request.sequence(), request.reused, request.runNanos / 1e9);
        }
    }

    /**
     * Generates an answer; the sequence holds its tokens afterwards, except the last.
     *
     * @param listener hears tokens on this thread; a slow one pauses its answer alone
     * @throws io.agentopt.runtime.llm.error.LlmException if the model's scores are not numbers
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled, between tokens or in mid-run
     */
    public Answer answer(
            String what, Sequence sequence, AnswerSpec spec, Exchange.Listener listener, CancelToken cancel) {
        try (OngoingAnswer answer = begin(what, sequence, spec, cancel)) {
            for (Optional<Exchange.Token> t = answer.next(); t.isPresent(); t = answer.next())
                listener.token(t.get().id(), t.get().last());
            return answer.answer();
        }
    }

    /** As {@link #answer}, of which the caller takes one token after the other; it pauses while the caller lags behind. */
    public OngoingAnswer begin(String what, Sequence sequence, AnswerSpec spec, CancelToken cancel) {
        Exchange exchange = new Exchange(what, cancel, settings.buffered(), this::abortStep, this::wake);
        AnswerRequest request =
                new AnswerRequest(sequence, spec, exchange, model, executor.kv().capacity());
        submit(() -> schedule.begin(request));
        return new OngoingAnswer(exchange, request);
    }

    /** {@return bytes of the scores of a token: float32 [vocab]} */
    public long scoresBytes() {
        return (long) Float.BYTES * executor.vocab();
    }

    /** Copies the scores of a sequence's last token. */
    public void scores(Sequence sequence, MemorySegment into) {
        call(() -> into.copyFrom(executor.scores(sequence.row())));
    }

    /** Gives a sequence's row back; after close there is nothing to give. */
    public void release(Sequence sequence) {
        if (!schedule.rows().giveUp(sequence)) return;
        synchronized (gate) {
            if (!closed) inbox.add(() -> schedule.rows().free(sequence));
        }
    }

    /** {@return what an action gives that runs on the device's thread between two iterations} */
    public <T> T call(Callable<T> action) {
        FutureTask<T> task = new FutureTask<>(action);
        submit(task);
        return Uninterruptibly.result(task);
    }

    /** {@return rows in use} */
    public int taken() {
        return schedule.rows().taken();
    }

    /** {@return requests that wait for a row} */
    public int waiting() {
        return schedule.waiting();
    }

    private void submit(Runnable command) {
        synchronized (gate) {
            if (closed) throw closedException();
            inbox.add(command);
        }
    }

    private void abort(OrtRunOptions options) {
        options.terminate();
        wake();
    }

    private void abortStep() {
        schedule.abortLoneStep();
        wake();
    }

    private void wake() {
        synchronized (gate) {
            if (!closed) inbox.add(() -> {});
        }
    }

    private void serve() {
        try {
            while (!isClosed()) {
                @Nullable Runnable command = schedule.isBusy() ? inbox.poll() : sleep();
                for (; command != null; command = inbox.poll()) command.run();
                schedule.iterate();
            }
        } catch (RuntimeException | Error e) { // of no request: those keep theirs
            synchronized (gate) {
                if (!closed) stoppedBy = e;
            }
        } finally {
            synchronized (gate) {
                closed = true; // from here on nothing comes in that nobody would serve
            }
            for (Runnable late = inbox.poll(); late != null; late = inbox.poll()) late.run();
            schedule.close(closedException());
        }
    }

    private @Nullable Runnable sleep() {
        try {
            return inbox.poll(schedule.nanosToNextExpiry(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return null; // nobody has a reason to interrupt this thread; only close() ends it
        }
    }

    /** {@return the model's id} */
    String model() {
        return model;
    }

    /** {@return the caches; what may be called from which thread, {@link Handover} knows} */
    KvRows kv() {
        return executor.kv();
    }

    /** @throws IllegalStateException if closed */
    void requireOpen() {
        if (isClosed()) throw closedException();
    }

    private boolean isClosed() {
        synchronized (gate) {
            return closed;
        }
    }

    private IllegalStateException closedException() {
        Throwable cause;
        synchronized (gate) {
            cause = stoppedBy;
        }
        if (cause != null) {
            return new IllegalStateException(
                    "The engine of model '" + model + "' has stopped: " + cause + ". Close it and open another.",
                    cause);
        }
        return new IllegalStateException("The engine of model '" + model + "' is closed. Open another.");
    }

    /** Ends after the iteration in progress; requests that are not finished fail with an {@link IllegalStateException}. */
    @Override
    public void close() {
        synchronized (gate) {
            if (!closed) inbox.add(() -> {});
            closed = true;
        }
        if (Thread.currentThread() != thread) Uninterruptibly.join(thread);
    }
}
