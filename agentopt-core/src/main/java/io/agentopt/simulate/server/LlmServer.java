package io.agentopt.simulate.server;

import io.agentopt.simulate.event.Event;
import io.agentopt.simulate.event.EventQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A server of one model with continuous batching, as vLLM V1 schedules it. Before each iteration, running sequences get their tokens in the order in
 * which they were admitted, one each while they decode and as much of their prompt as the token budget leaves; then waiting requests are
 * admitted, first come first served, while there is budget, a place and KV blocks. A running sequence for which there is no block
 * pushes out the one admitted last, which is computed anew later.
 *
 * <p>An engine that schedules ahead decides on an iteration when the one before it begins, so that the device never waits: a request is let in one
 * iteration later, and the place of one that ends stays empty for an iteration.
 *
 * <p>Iterations in which nothing but decoding happens follow each other in one event, up to the first that ends a sequence or lacks a block. A
 * request that comes in between cuts the run at the end of the iteration underway, so the times are those of an event for each
 * iteration. Not thread-safe: all events of the queue come from one thread.
 */
public final class LlmServer implements ModelServer {
    private final EventQueue queue;
    private final ServerSettings settings;
    private final IterationTimes times;
    private final KvPool pool;
    private final ArrayDeque<Sequence> waiting = new ArrayDeque<>();
    private final RunningBatch running;
    private final List<Sequence> joining = new ArrayList<>(); // admitted for the next iteration
    private final List<Sequence> handingOver = new ArrayList<>();
    private final IterationWork work = new IterationWork();
    private final ServerCounters counters = new ServerCounters();
    private final int longestRun;
    private final Event iterate = this::iterate;
    private final List<Sequence> first = new ArrayList<>(); // of the iteration that ends: with their first token
    private final List<Sequence> ready = new ArrayList<>(); // of the iteration that ends: with their last

    private boolean up = true;
    private boolean active; // an iteration, or the event that begins one, is scheduled
    private int epoch; // events of an older one are void
    private int outstanding;
    private double runBegan;
    private int runIterations; // 0 before the first iteration; 1 with prefill

    /**
     * An idle server.
     *
     * @param times of its iterations
     */
    public LlmServer(EventQueue queue, ServerSettings settings, IterationTimes times) {
        this(queue, settings, times, Integer.MAX_VALUE);
    }

    /** A server whose runs of decode iterations are at most so long: 1 makes an event for each. */
    LlmServer(EventQueue queue, ServerSettings settings, IterationTimes times, int longestRun) {
        this.queue = Objects.requireNonNull(queue, "queue");
        this.settings = Objects.requireNonNull(settings, "settings");
        this.times = Objects.requireNonNull(times, "times");
        this.pool = new KvPool(settings.kvBlocks());
        this.running = new RunningBatch(settings.maxSequences());
        this.longestRun = longestRun;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the blocks of the request's prefix are no whole number of KV blocks, or it has one output token and the
     *     server only decodes
     */
    @Override
    public void submit(LlmRequest request, ServerListener listener) {
        int block = request.prefix().blockTokens();
        if (settings.prefixCaching() && request.prefix().size() > 0 && block % ServerSettings.BLOCK_TOKENS != 0) {
            throw new IllegalArgumentException("The prefix blocks of request " + request.id() + " have " + block
                    + " tokens, no multiple of the " + ServerSettings.BLOCK_TOKENS + " of a KV block.");
        }
        if (settings.role() == ServerRole.DECODE_ONLY && request.outputTokens() == 1) {
            throw new IllegalArgumentException("Request " + request.id()
                    + " has all its tokens after prefill: there is nothing for a server that only decodes.");
        }
        Sequence sequence = new Sequence(request, listener, queue.now());
        outstanding++;
        long most = settings.role() == ServerRole.PREFILL_ONLY
                ? request.promptTokens()
                : request.promptTokens() + request.outputTokens() - 1L;
        if (ServerSettings.blocks(most) > settings.kvBlocks()) {
            queue.after(0, (now, _) -> refuse(sequence, Refusal.LARGER_THAN_KV_CAPACITY, now), 0);
        } else if (!up && settings.onFailure() == FailurePolicy.LOSE) {
            queue.after(0, (now, _) -> refuse(sequence, Refusal.SERVER_DOWN, now), 0);
        } else {
            if (settings.role() == ServerRole.DECODE_ONLY) sequence.generated = 1;
            boolean alone = waiting.isEmpty();
            waiting.add(sequence);
            if (!active) begin();
            else if (alone && running() < settings.maxSequences()) cutRun();
        }
    }

    @Override
    public int outstanding() {
        return outstanding;
    }

    /** {@return sequences that run, or were admitted to the next iteration} */
    public int running() {
        return running.size() + joining.size();
    }

    /** {@return requests that wait} */
    public int waiting() {
        return waiting.size();
    }

    /** {@return whether it works, as far as it is not idle} */
    public boolean isUp() {
        return up;
    }

    /** The server fails now: the iteration underway, all KV entries and hand-overs are lost. */
    public void fail() {
        if (!up) return;
        if (runIterations > 1) finishIterations(endedBy(queue.now()));
        up = false;
        active = false;
        runIterations = 0;
        epoch++;
        List<Sequence> lost = running.removeAll();
        lost.addAll(joining);
        joining.clear();
        lost.addAll(handingOver);
        handingOver.clear();
        for (Sequence s : lost) {
            s.drop(pool);
            if (settings.role() == ServerRole.PREFILL_ONLY) s.generated = 0;
        }
        pool.forget();
        if (settings.onFailure() == FailurePolicy.LOSE) {
            lost.addAll(waiting);
            waiting.clear();
            for (Sequence s : lost) refuse(s, Refusal.LOST, queue.now());
        } else {
            for (int i = lost.size() - 1; i >= 0; i--) waiting.addFirst(lost.get(i));
        }
    }

    /** The server works again from now on, with an empty cache. */
    public void repair() {
        if (up) return;
        up = true;
        if (!waiting.isEmpty()) begin();
    }

    /** {@return what it did so far} */
    public ServerReport report() {
        return counters.report(pool);
    }

    private void refuse(Sequence s, Refusal why, double now) {
        outstanding--;
        counters.refused++;
        s.listener.refused(s.request, why, now);
    }

    private void end(Sequence s, double now) {
        outstanding--;
        counters.finished++;
        s.listener.finished(s.request, new RequestTimes(s.arrival, s.scheduled, s.firstToken, now));
    }

    /** Iterations begin in an event of their own, after all that comes at the same time. */
    private void begin() {
        if (!up) return;
        active = true;
        runIterations = 0;
        queue.after(0, iterate, epoch);
    }

    private void iterate(double now, int tag) {
        if (tag != epoch) return;
        if (runIterations > 0) finishIterations(runIterations);
        if (tag != epoch) return; // a listener made the server fail
        schedule(now);
    }

    private void schedule(double now) {
        active = false;
        runIterations = 0;
        for (int i = 0; i < joining.size(); i++) running.add(joining.get(i));
        joining.clear();
        boolean idle = running.size() == 0;
        int budget = settings.maxBatchedTokens();
        boolean pushedOut = false;
        for (int i = 0; i < running.size(); i++) {
            Sequence s = running.get(i);
            s.underway = Math.min(s.pending(), budget);
            while (!s.hold(pool, s.computed + s.underway)) {
                pushedOut = true;
                Sequence last = running.removeLast();
                last.drop(pool);
                waiting.addFirst(last);
                counters.preemptions++;
                if (last == s) break;
            }
            budget -= s.underway;
        }
        if (idle || (!settings.scheduleAhead() && !pushedOut)) {
            admit(now, budget, joining);
            for (int i = 0; i < joining.size(); i++) running.add(joining.get(i));
            joining.clear();
        }
        if (running.size() == 0) return; // whoever waits is let in when a hand-over frees its blocks
        running.describe(work);
        active = true;
        runBegan = now;
        if (settings.scheduleAhead() && !pushedOut) admit(now, running.budgetAhead(settings), joining);
        boolean single =
                work.chunks() > 0 || !joining.isEmpty() || pushedOut; // who was pushed out may be let in next time
        // an eviction may shorten what the first in line finds in the cache, and so let it in
        int blocks = waiting.isEmpty() ? pool.available() : pool.free();
        runIterations = single ? 1 : running.decodeIterations(settings.role(), blocks, longestRun);
        queue.at(timeAfter(runIterations), iterate, epoch);
    }

    private void admit(double now, int tokens, List<Sequence> admitted) {
        int budget = tokens;
        while (budget > 0 && running.size() + admitted.size() < settings.maxSequences() && !waiting.isEmpty()) {
            Sequence s = waiting.element();
            boolean anew = Double.isNaN(s.scheduled);
            if (settings.role() == ServerRole.DECODE_ONLY && anew) s.computed = s.request.promptTokens();
            else if (settings.prefixCaching()) s.findPrefix(pool);
            s.underway = Math.min(s.pending(), budget);
            if (!s.hold(pool, s.computed + s.underway)) {
                s.drop(pool);
                return;
            }
            if (anew) {
                s.scheduled = now;
                if (settings.prefixCaching()) {
                    counters.prefixTokens += s.request.promptTokens();
                    counters.prefixHitTokens += s.computed;
                }
            }
            waiting.remove();
            admitted.add(s);
            budget -= s.underway;
        }
    }

    /** {@return when so many iterations of the run are over} Sums one by one, as each attends to more tokens than the one before. */
    private double timeAfter(int iterations) {
        if (work.chunks() > 0) return runBegan + seconds();
        double time = runBegan;
        for (int i = 0; i < iterations; i++) {
            running.describeDecode(work, i);
            time += seconds();
        }
        return time;
    }

    private double seconds() {
        double seconds = times.seconds(work);
        if (seconds > 0 && seconds < Double.POSITIVE_INFINITY) return seconds;
        throw new IllegalStateException("An iteration of " + work.decodes() + " decodes and " + work.prefillTokens()
                + " prompt tokens takes " + seconds + " s by its " + IterationTimes.class.getSimpleName()
                + ": it must be finite and above 0.");
    }

    /** {@return iterations of the run that are over at a time} */
    private int endedBy(double now) {
        double time = runBegan;
        for (int i = 0; i < runIterations; i++) {
            running.describeDecode(work, i);
            time += seconds();
            if (time > now) return i;
        }
        return runIterations;
    }

    /** A request came that may be let in: the run ends with the iteration underway. */
    private void cutRun() {
        if (runIterations <= 1) return;
        int iterations = endedBy(queue.now()) + 1;
        if (iterations >= runIterations) return;
        runIterations = iterations;
        epoch++;
        queue.at(timeAfter(iterations), iterate, epoch);
    }

    private void finishIterations(int iterations) {
        if (iterations == 0) return;
        double end = work.chunks() > 0 ? queue.now() : timeAfter(iterations);
        counters.iterations(iterations, end - runBegan, running.size(), work.prefillTokens());
        counters.outputTokens += work.chunks() > 0
                ? running.advance(pool, settings.prefixCaching(), end, first)
                : running.advanceDecodes(pool, iterations, end, first);
        runIterations = 0;
        running.removeReady(settings.role(), ready);
        for (int i = 0; i < ready.size(); i++) {
            Sequence s = ready.get(i);
            if (handsOver(s)) handOver(s);
            else s.drop(pool);
        }
        for (int i = 0; i < first.size(); i++) first.get(i).listener.firstToken(first.get(i).request, end);
        first.clear();
        for (int i = 0; i < ready.size(); i++) {
            if (!handsOver(ready.get(i))) end(ready.get(i), end);
        }
        ready.clear();
    }

    private boolean handsOver(Sequence s) {
        return settings.role() == ServerRole.PREFILL_ONLY && s.request.outputTokens() > 1;
    }

    private void handOver(Sequence s) {
        handingOver.add(s);
        queue.after(
                settings.handOffSeconds().applyAsDouble(s.request.promptTokens()),
                (now, _) -> {
                    if (!handingOver.remove(s)) return; // lost when the server failed
                    s.drop(pool);
                    end(s, now);
                    if (!active && !waiting.isEmpty()) begin();
                },
                0);
    }
}
