package io.agentopt.runtime.dispatch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * One run of a block in which heavy steps may overlap.
 *
 * <p>Whoever finishes a step counts down the steps that wait for it. Of those that become ready, the light ones run on the same
 * thread first, since they may free further heavy ones; then one heavy step goes on on this thread and each other one gets a
 * thread. So a thread is started only where two heavy steps can really overlap.
 */
final class Activation {
    private final ExecutableBlock block;
    private final Frame frame;
    private final AtomicIntegerArray waitingFor;
    private final Forks forks;

    Activation(ExecutableBlock block, Frame frame, RunState run) {
        this.block = block;
        this.frame = frame;
        this.waitingFor = block.dependencies().counters();
        this.forks = new Forks(run);
    }

    /** Runs the block to its end. */
    void run(Worker worker) {
        Ready ready = new Ready();
        for (int i = 0; i < block.size(); i++) if (block.dependencies().isRoot(i)) ready.add(i);
        try {
            drain(worker, ready);
        } finally {
            forks.await();
        }
        worker.run().throwIfStopped();
    }

    private void drain(Worker worker, Ready ready) {
        while (true) {
            Integer next = ready.light.poll();
            if (next == null) {
                next = ready.heavy.poll();
                if (next == null) return;
                for (Integer other = ready.heavy.poll(); other != null; other = ready.heavy.poll()) fork(other);
            }
            worker.step(block.step(next), frame);
            for (int d : block.dependencies().dependents(next)) {
                if (waitingFor.decrementAndGet(d) == 0) ready.add(d);
            }
        }
    }

    private void fork(int step) {
        Ready ready = new Ready();
        ready.add(step);
        forks.fork(worker -> drain(worker, ready));
    }

    private final class Ready {
        final Deque<Integer> light = new ArrayDeque<>();
        final Deque<Integer> heavy = new ArrayDeque<>();

        void add(int step) {
            (block.step(step).heavy() ? heavy : light).add(step);
        }
    }
}
