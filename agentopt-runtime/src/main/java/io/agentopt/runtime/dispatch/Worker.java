package io.agentopt.runtime.dispatch;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One thread of a run: walks blocks, runs control steps, and hands leaf steps to its {@link Attempts}. */
final class Worker {
    private final RunState run;
    private final Attempts attempts;
    private volatile @Nullable ExecutableStep current;

    /** Works on the calling thread. */
    Worker(RunState run) {
        this.run = run;
        this.attempts = new Attempts(run);
    }

    RunState run() {
        return run;
    }

    /** {@return the path of the leaf step that it is at or was at last, or an empty string before the first} */
    String path() {
        ExecutableStep step = current;
        return step == null ? "" : step.path();
    }

    /** Stops what this thread is doing; called by any thread, once the run has ended. */
    void stop() {
        attempts.stop();
    }

    /** Runs a block in a frame whose parameter is filled. */
    void execute(ExecutableBlock block, Frame frame) {
        if (block.straight()) {
            for (int i = 0; i < block.size(); i++) step(block.step(i), frame);
        } else {
            new Activation(block, frame, run).run(this);
        }
    }

    /** Runs one step. */
    void step(ExecutableStep step, Frame frame) {
        run.throwIfStopped();
        frame.set(
                step.result(),
                switch (step) {
                    case ExecutableStep.Leaf leaf -> {
                        current = leaf;
                        yield attempts.run(leaf, frame);
                    }
                    case ExecutableStep.Loop loop -> loop(loop, frame);
                    case ExecutableStep.When when -> {
                        ExecutableBlock branch =
                                flag(when.path(), frame.get(when.condition())) ? when.then() : when.otherwise();
                        yield enter(branch, frame, null).get(branch.yielded(0));
                    }
                    case ExecutableStep.ForEach each -> forEach(each, frame);
                    case ExecutableStep.Nested nested ->
                        enter(nested.body(), frame, frame.get(nested.input()))
                                .get(nested.body().yielded(0));
                });
    }

    private Frame enter(ExecutableBlock block, Frame parent, @Nullable Object parameter) {
        Frame frame = new Frame(parent, block.slots());
        if (parameter != null) frame.set(block.parameter(), parameter);
        execute(block, frame);
        return frame;
    }

    private Object loop(ExecutableStep.Loop loop, Frame frame) {
        ExecutableBlock body = loop.body();
        Object state = frame.get(loop.initial());
        for (int i = 0; i < loop.max(); i++) {
            run.throwIfStopped();
            Frame pass = enter(body, frame, state);
            if (flag(loop.path(), pass.get(body.yielded(0)))) return pass.get(body.yielded(1));
            state = pass.get(body.yielded(2));
        }
        throw AgentRunException.loopLimit(run.graph(), loop.path(), loop.max());
    }

    private Object forEach(ExecutableStep.ForEach each, Frame frame) {
        Object value = frame.get(each.list());
        if (!(value instanceof List<?> items))
            throw AgentRunException.wrongType(run.graph(), each.path(), "a list", value);
        @Nullable Object[] results = new Object[items.size()];
        if (!each.heavy() || results.length < 2) {
            for (int i = 0; i < results.length; i++) results[i] = item(each, frame, items.get(i));
        } else {
            Forks forks = new Forks(run);
            try {
                for (int i = 1; i < results.length; i++) {
                    int at = i;
                    Object item = items.get(at);
                    forks.fork(worker -> results[at] = worker.item(each, frame, item));
                }
                results[0] = item(each, frame, items.getFirst());
            } finally {
                forks.await();
            }
            run.throwIfStopped();
        }
        return Collections.unmodifiableList(Arrays.asList(results));
    }

    private Object item(ExecutableStep.ForEach each, Frame frame, @Nullable Object item) {
        if (item == null) throw AgentRunException.nullItem(run.graph(), each.path());
        return enter(each.body(), frame, item).get(each.body().yielded(0));
    }

    private boolean flag(String path, Object value) {
        if (value instanceof Boolean flag) return flag;
        throw AgentRunException.wrongType(run.graph(), path, "a boolean", value);
    }
}
