package io.agentopt.runtime.llm.encode;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.DeviceLane;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.batch.Exchange;
import io.agentopt.runtime.llm.encode.LengthQueue.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An encoder on one device, for any number of threads: rows that wait at the same time share runs, whoever asked. A run that fails is repeated for each of its
 * requests alone, so that only those fail that are at fault; a run whose requests are all cancelled is ended.
 */
public final class EncoderLane implements AutoCloseable {
    /** One run of a model. Called by one thread. */
    @FunctionalInterface
    public interface Encoder {
        /** {@return what the model makes of each row, in their order} */
        float[][] encode(List<EncoderRow> rows, OrtRunOptions options);
    }

    private final Encoder encoder;
    private final DeviceLane lane;
    private final Runs runs = new Runs();
    private final Object lock = new Object(); // guards what follows and the requests
    private final LengthQueue<Request> queue;
    private List<Row<Request>> inFlight = List.of();
    private @Nullable OrtRunOptions running;
    private boolean queued;

    /** @param name of the model, for messages */
    public EncoderLane(String name, BatchLimits limits, Encoder encoder) {
        this.encoder = encoder;
        queue = new LengthQueue<>(limits);
        lane = new DeviceLane(name);
    }

    /** What one caller waits for. */
    private final class Request {
        private final List<EncoderRow> rows;
        private final float[][] results;
        private final Exchange exchange;
        private int left;
        private boolean over;

        Request(String what, List<EncoderRow> rows, CancelToken cancel) {
            this.rows = rows;
            results = new float[rows.size()][];
            left = rows.size();
            exchange = new Exchange(what, cancel, Integer.MAX_VALUE, this::abort, () -> {});
        }

        private void abort() {
            synchronized (lock) {
                if (over) return;
                over = true;
                queue.remove(this);
                if (running != null && inFlight.stream().allMatch(r -> r.owner().over)) running.terminate();
            }
            exchange.failed(exchange.cancelled());
        }

        private void fail(Throwable cause) {
            synchronized (lock) {
                if (over) return;
                over = true;
                queue.remove(this);
            }
            exchange.failed(cause);
        }

        private void give(int index, float[] result) {
            synchronized (lock) {
                if (over) return;
                results[index] = result;
                if (--left > 0) return;
                over = true;
            }
            exchange.finished();
        }
    }

    /**
     * Encodes rows and waits for all of them.
     *
     * @param what is done, as the subject of a sentence
     * @return the model's output of each row, in their order
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled; at once, also while a run goes on
     * @throws IllegalStateException if this is closed
     */
    public float[][] encode(String what, List<EncoderRow> rows, CancelToken cancel) {
        cancel.throwIfCancelled(what);
        if (rows.isEmpty()) return new float[0][];
        Request request = new Request(what, List.copyOf(rows), cancel);
        synchronized (lock) {
            for (int i = 0; i < rows.size(); i++)
                queue.add(request, i, rows.get(i).length());
            try {
                if (!queued) lane.submit(runs);
                queued = true;
            } catch (IllegalStateException closed) {
                queue.remove(request);
                throw closed;
            }
        }
        request.exchange.await((id, last) -> {});
        return request.results;
    }

    /** The lane's work: a run a step, as long as rows wait. */
    private final class Runs implements DeviceLane.Work {
        @Override
        public boolean step() {
            List<Row<Request>> batch;
            synchronized (lock) {
                batch = queue.next();
            }
            run(batch);
            synchronized (lock) {
                queued = !queue.isEmpty();
                return queued;
            }
        }

        @Override
        public void failed(Throwable cause) {
            synchronized (lock) {
                queued = false;
                while (!queue.isEmpty()) queue.next().forEach(r -> r.owner().fail(cause));
            }
        }
    }

    /** {@return rows that wait for a run} */
    int waiting() {
        synchronized (lock) {
            return queue.size();
        }
    }

    private void run(List<Row<Request>> batch) {
        List<Row<Request>> wanted =
                batch.stream().filter(r -> !r.owner().exchange.isCancelled()).toList();
        if (wanted.isEmpty()) return;
        try {
            float[][] results = runOnce(wanted);
            for (int i = 0; i < wanted.size(); i++)
                wanted.get(i).owner().give(wanted.get(i).index(), results[i]);
        } catch (Throwable t) { // one request's failure must not end the others
            Map<Request, List<Row<Request>>> requests = new LinkedHashMap<>();
            for (Row<Request> row : wanted)
                requests.computeIfAbsent(row.owner(), o -> new ArrayList<>()).add(row);
            if (requests.size() == 1) wanted.getFirst().owner().fail(t);
            else requests.values().forEach(this::run);
        }
    }

    private float[][] runOnce(List<Row<Request>> batch) {
        try (OrtRunOptions options = OrtRunOptions.create()) {
            synchronized (lock) {
                inFlight = batch;
                running = options;
            }
            return encoder.encode(
                    batch.stream().map(r -> r.owner().rows.get(r.index())).toList(), options);
        } finally {
            synchronized (lock) {
                inFlight = List.of();
                running = null;
            }
        }
    }

    /** Ends after the run in progress; requests that still wait fail with an {@link IllegalStateException}. */
    @Override
    public void close() {
        lane.close();
    }
}
