package io.agentopt.runtime.dispatch;

import io.agentopt.runtime.observe.RunListener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the threads of one run share: how it ends, who works for it, its deadline, what it holds.
 *
 * <p>A run ends once, by its answer or by its first failure. A failure stops the other threads (interrupt, and what their
 * attempts registered), which then find the run stopped at their next step.
 */
final class RunState {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final End ANSWERED = new End(null);

    private final long id;
    private final String graph;
    private final Deadline deadline;
    private final RunClock clock;
    private final RunListener listener;
    private final boolean listening;
    private final TokenListener tokens;
    private final ThreadFactory threads;
    private final AtomicReference<@Nullable End> end = new AtomicReference<>();
    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();
    private final Set<AutoCloseable> owned = Collections.newSetFromMap(new IdentityHashMap<>());
    private volatile boolean tokenListenerFailed;

    /** How the run ended: null stands for an answer. */
    private record End(@Nullable AgentRunException failure) {}

    RunState(
            long id,
            String graph,
            Deadline deadline,
            RunClock clock,
            RunListener listener,
            TokenListener tokens,
            ThreadFactory threads) {
        this.id = id;
        this.graph = graph;
        this.deadline = deadline;
        this.clock = clock;
        this.listener = listener;
        this.listening = listener.isListening();
        this.tokens = tokens;
        this.threads = threads;
    }

    long id() {
        return id;
    }

    String graph() {
        return graph;
    }

    Deadline deadline() {
        return deadline;
    }

    RunClock clock() {
        return clock;
    }

    RunListener listener() {
        return listener;
    }

    boolean listening() {
        return listening;
    }

    /** Starts a thread that belongs to this run. */
    void thread(Runnable body) {
        threads.newThread(body).start();
    }

    /** Works for this run on the calling thread; a failure of the work fails the run and goes no further. */
    void work(Consumer<Worker> work) {
        Worker worker = new Worker(this);
        workers.add(worker);
        try {
            throwIfStopped(); // after joining: a failure from now on interrupts this thread
            work.accept(worker);
        } catch (Throwable t) {
            fail(t instanceof AgentRunException e ? e : AgentRunException.of(graph, worker.path(), t));
        } finally {
            workers.remove(worker);
        }
    }

    boolean isStopped() {
        return end.get() != null;
    }

    void throwIfStopped() {
        if (end.get() != null) throw failure();
    }

    /** {@return whether the run may still answer, which it then has} */
    boolean answer() {
        return end.compareAndSet(null, ANSWERED);
    }

    /**
     * Ends the run with a failure and stops its other threads, unless it has ended before.
     *
     * @return the failure that the run ended with
     */
    AgentRunException fail(AgentRunException failure) {
        if (end.compareAndSet(null, new End(failure))) {
            for (Worker w : workers) w.stop();
            return failure;
        }
        return failure();
    }

    /** {@return the failure that the run ended with; of a run that answered, one that says so} */
    AgentRunException failure() {
        End e = end.get();
        AgentRunException f = e == null ? null : e.failure();
        return f != null ? f : new RunCancelledException(graph, "it had already answered.");
    }

    boolean hasAnswered() {
        End e = end.get();
        return e != null && e.failure() == null;
    }

    /** {@return the paths of the steps that threads of this run are at} */
    List<String> running() {
        return workers.stream()
                .map(Worker::path)
                .filter(p -> !p.isEmpty())
                .distinct()
                .sorted()
                .toList();
    }

    void own(AutoCloseable resource) {
        synchronized (owned) {
            owned.add(resource);
        }
    }

    void disown(AutoCloseable resource) {
        synchronized (owned) {
            owned.remove(resource);
        }
    }

    /** Closes what the run still holds. Only once no thread of the run works any more. */
    void closeOwned() {
        List<AutoCloseable> left;
        synchronized (owned) {
            left = new ArrayList<>(owned);
            owned.clear();
        }
        for (AutoCloseable r : left) {
            try {
                r.close();
            } catch (Exception e) {
                LOG.warn("Run {} of graph '{}' could not release {}.", id, graph, r, e);
            }
        }
    }

    void token(String path, String text) {
        if (tokenListenerFailed) return;
        try {
            tokens.token(path, text);
        } catch (Throwable t) { // a broken display must not fail the run
            tokenListenerFailed = true;
            LOG.warn("The token listener of run {} of graph '{}' failed; it hears no more of this run.", id, graph, t);
        }
    }
}
