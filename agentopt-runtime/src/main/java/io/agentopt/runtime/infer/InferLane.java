package io.agentopt.runtime.infer;

import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.DeviceLane;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.llm.batch.Exchange;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model on one device, for any number of threads: requests that wait at the same time share a run if their tensors differ in the first size alone; nobody
 * waits for others to come. A run that fails is repeated for each of its requests alone; one whose requests are all cancelled is ended, and a request that is
 * cancelled beside others ends with their run.
 */
final class InferLane implements AutoCloseable {
    // What inputs of a shared run may take; they are copied for it.
    private static final long MOST_BYTES = 64L << 20;

    /** One run of a model. Called by one thread. */
    @FunctionalInterface
    interface Model {
        /** {@return the wanted outputs; the caller closes them} */
        Map<String, OrtTensor> run(Map<String, OrtTensor> inputs, List<String> wanted, OrtRunOptions options);
    }

    private final Model model;
    private final int mostRows;
    private final BinaryOperator<String> owner;
    private final Function<Map<String, OrtTensor>, Optional<String>> explain;
    private final DeviceLane lane;
    private final Runs runs = new Runs();
    private final Object lock = new Object(); // guards what follows and the requests
    private final Deque<Request> queue = new ArrayDeque<>();
    private List<Request> inFlight = List.of();
    private @Nullable OrtRunOptions running;
    private boolean submitted;

    /**
     * @param name of the model, for messages
     * @param mostRows of a run of several requests; 1 for none
     * @param owner of a side ("output") and a name, as the subject of a sentence
     * @param explain what is wrong with the inputs of a run that failed, if it can be told
     */
    InferLane(
            String name,
            Model model,
            int mostRows,
            BinaryOperator<String> owner,
            Function<Map<String, OrtTensor>, Optional<String>> explain) {
        this.model = model;
        this.mostRows = mostRows;
        this.owner = owner;
        this.explain = explain;
        lane = new DeviceLane(name);
    }

    /** What one caller waits for. */
    private final class Request {
        private final Map<String, OrtTensor> inputs;
        private final List<String> wanted;
        private final Exchange exchange;
        private final long rows; // 0 for a request that runs alone
        private @Nullable Tensors result;
        private boolean over;

        Request(String what, Map<String, OrtTensor> inputs, List<String> wanted, CancelToken cancel) {
            this.inputs = inputs;
            this.wanted = wanted;
            rows = rows(inputs);
            exchange = new Exchange(what, cancel, Integer.MAX_VALUE, this::abort, () -> {});
        }

        private static long rows(Map<String, OrtTensor> inputs) {
            long rows = -1;
            for (OrtTensor input : inputs.values()) {
                long[] shape = input.shape();
                if (shape.length == 0 || (rows >= 0 && rows != shape[0])) return 0;
                rows = shape[0];
            }
            return Math.max(rows, 0);
        }

        private long bytes() {
            return inputs.values().stream().mapToLong(t -> t.data().byteSize()).sum();
        }

        /** Whether both differ in rows alone. */
        boolean fits(Request other) {
            if (rows == 0 || other.rows == 0 || !wanted.equals(other.wanted)) return false;
            for (var e : inputs.entrySet()) {
                long[] here = e.getValue().shape(),
                        there =
                                Objects.requireNonNull(other.inputs.get(e.getKey()))
                                        .shape();
                if (!Arrays.equals(here, 1, here.length, there, 1, there.length)) return false;
            }
            return true;
        }

        private void abort() {
            synchronized (lock) {
                if (over) return;
                if (queue.remove(this)) over = true;
                else { // its tensors are in use, so it ends with the run
                    if (running != null && inFlight.stream().allMatch(r -> r.over || r.exchange.isCancelled()))
                        running.terminate();
                    return;
                }
            }
            exchange.failed(exchange.cancelled());
        }

        private void end(@Nullable Tensors outputs, @Nullable Throwable cause) {
            synchronized (lock) {
                if (over) return;
                over = true;
                result = outputs;
            }
            if (exchange.isCancelled()) exchange.failed(exchange.cancelled());
            else if (cause != null) exchange.failed(cause);
            else exchange.finished();
        }
    }

    /**
     * Runs the model and waits for it.
     *
     * @param what is done, as the subject of a sentence
     * @param inputs that nobody changes meanwhile; they stay the caller's
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled
     * @throws IllegalStateException if this is closed
     */
    Tensors run(String what, Map<String, OrtTensor> inputs, List<String> wanted, CancelToken cancel) {
        Request request = new Request(what, inputs, wanted, cancel);
        synchronized (lock) {
            queue.add(request);
            try {
                if (!submitted) lane.submit(runs);
                submitted = true;
            } catch (IllegalStateException closed) {
                queue.remove(request);
                throw closed;
            }
        }
        request.exchange.await((id, last) -> {});
        return Objects.requireNonNull(request.result);
    }

    /** {@return requests that wait for a run} */
    int waiting() {
        synchronized (lock) {
            return queue.size();
        }
    }

    /** The lane's work: a run a step, as long as requests wait. */
    private final class Runs implements DeviceLane.Work {
        @Override
        public boolean step() {
            List<Request> batch;
            synchronized (lock) {
                batch = inFlight = take();
            }
            share(batch);
            synchronized (lock) {
                inFlight = List.of();
                submitted = !queue.isEmpty();
                return submitted;
            }
        }

        @Override
        public void failed(Throwable cause) {
            List<Request> left;
            synchronized (lock) {
                submitted = false;
                left = new ArrayList<>(queue);
                queue.clear();
            }
            left.forEach(r -> r.end(null, cause));
        }
    }

    /** Takes the first and what fits it, in the order of arrival. */
    private List<Request> take() {
        List<Request> batch = new ArrayList<>();
        Request first = queue.poll();
        if (first == null) return batch; // cancelled meanwhile
        batch.add(first);
        long rows = first.rows, bytes = first.bytes();
        for (Iterator<Request> i = queue.iterator(); mostRows > 1 && i.hasNext() && rows < mostRows; ) {
            Request next = i.next();
            if (!first.fits(next) || rows + next.rows > mostRows || bytes + next.bytes() > MOST_BYTES) continue;
            i.remove();
            batch.add(next);
            rows += next.rows;
            bytes += next.bytes();
        }
        return batch;
    }

    private void share(List<Request> batch) {
        List<Request> wanted = new ArrayList<>();
        for (Request r : batch) {
            if (r.exchange.isCancelled()) r.end(null, r.exchange.cancelled());
            else wanted.add(r);
        }
        if (wanted.isEmpty()) return;
        try {
            List<Tensors> results = wanted.size() == 1 ? List.of(alone(wanted.getFirst())) : together(wanted);
            for (int i = 0; i < wanted.size(); i++) wanted.get(i).end(results.get(i), null);
        } catch (Throwable t) { // one request's failure must not end the others
            if (wanted.size() > 1) wanted.forEach(r -> share(List.of(r)));
            else wanted.getFirst().end(null, explained(wanted.getFirst(), t));
        }
    }

    private Throwable explained(Request request, Throwable failure) {
        if (!(failure instanceof OrtException e) || request.exchange.isCancelled()) return failure;
        return explain.apply(request.inputs).<Throwable>map(e::during).orElse(failure);
    }

    private Tensors alone(Request request) {
        Map<String, OrtTensor> outputs = once(request.inputs, request.wanted);
        try {
            Map<String, Tensor> copies = new LinkedHashMap<>();
            for (String name : request.wanted)
                copies.put(
                        name,
                        TensorFormat.output(owner.apply("output", name), Objects.requireNonNull(outputs.get(name))));
            return new Tensors(copies);
        } finally {
            outputs.values().forEach(OrtTensor::close);
        }
    }

    private List<Tensors> together(List<Request> batch) {
        long rows = batch.stream().mapToLong(r -> r.rows).sum();
        Map<String, OrtTensor> joint = new LinkedHashMap<>(), outputs = Map.of();
        try {
            for (String name : batch.getFirst().inputs.keySet()) join(name, batch, rows, joint);
            outputs = once(joint, batch.getFirst().wanted);
            List<Tensors> results = new ArrayList<>();
            long from = 0;
            for (Request r : batch) {
                results.add(part(outputs, r, from, rows));
                from += r.rows;
            }
            return results;
        } finally {
            joint.values().forEach(OrtTensor::close);
            outputs.values().forEach(OrtTensor::close);
        }
    }

    private static void join(String name, List<Request> batch, long rows, Map<String, OrtTensor> into) {
        OrtTensor first = Objects.requireNonNull(batch.getFirst().inputs.get(name));
        long[] shape = first.shape();
        shape[0] = rows;
        OrtTensor all = OrtTensor.reserve(first.type(), shape);
        into.put(name, all);
        long at = 0;
        for (Request r : batch) {
            MemorySegment one = Objects.requireNonNull(r.inputs.get(name)).data();
            MemorySegment.copy(one, 0, all.data(), at, one.byteSize());
            at += one.byteSize();
        }
    }

    private Tensors part(Map<String, OrtTensor> outputs, Request request, long from, long rows) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        for (String name : request.wanted) {
            OrtTensor output = Objects.requireNonNull(outputs.get(name));
            long[] shape = output.shape();
            if (shape.length == 0 || shape[0] != rows) {
                throw new IllegalStateException(owner.apply("output", name) + " has sizes " + Arrays.toString(shape)
                        + " for " + rows + " rows."); // each request runs alone then
            }
            shape[0] = request.rows;
            long each = Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact);
            try (OrtTensor view = output.view(from * each, shape)) {
                copies.put(name, TensorFormat.output(owner.apply("output", name), view));
            }
        }
        return new Tensors(copies);
    }

    private Map<String, OrtTensor> once(Map<String, OrtTensor> inputs, List<String> wanted) {
        try (OrtRunOptions options = OrtRunOptions.create()) {
            synchronized (lock) {
                running = options;
                // Who was cancelled before there was a run to end.
                if (inFlight.stream().allMatch(r -> r.over || r.exchange.isCancelled())) options.terminate();
            }
            try {
                return model.run(inputs, wanted, options);
            } finally {
                synchronized (lock) {
                    running = null;
                }
            }
        }
    }

    /** Ends after the run in progress; requests that still wait fail with an {@link IllegalStateException}. */
    @Override
    public void close() {
        lane.close();
    }
}
