package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.agentopt.mlir.gpu.Arguments;
import io.agentopt.mlir.gpu.DeviceSegment;
import io.agentopt.mlir.gpu.GpuEvent;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.mlir.gpu.PinnedMemory;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.llm.kv.DeviceKv;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What fills prompts on a GPU, one run at a time: on the stream of the decode steps and the calling thread, or, with a session,
 * a stream and a thread of its own, beside steps. A run begins behind what the stream of the steps has got so far, because
 * steps that were queued before write behind what the row held then.
 */
final class CudaPrompts implements AutoCloseable {
    private static final int NO_GRAPH = -1;
    private static final int KEPT = 64; // bindings

    private final DecoderModel model;
    private final CudaDevice device;
    private final DeviceKv kv;
    private final GreedyChoice greedy;
    private final OrtSession session;
    private final GpuStream stream;
    private final Optional<ExecutorService> beside;
    private final ReentrantLock running = new ReentrantLock();
    private final DeviceInputs inputs;
    private final CudaScores scores; // [rows, vocab]
    private final PinnedMemory best; // int32 [1]
    private final OrtTensor total; // int32 [1]
    private final GpuEvent before;
    private final Map<Integer, OrtBinding> bindings = new LinkedHashMap<>(KEPT, 0.75f, true); // by row

    /** @param own a session on the device's stream of lower priority, which this closes; empty to run the steps' */
    CudaPrompts(
            DecoderModel model,
            CudaDevice device,
            DeviceKv kv,
            GreedyChoice greedy,
            OrtSession steps,
            Optional<OrtSession> own) {
        this.model = model;
        this.device = device;
        this.kv = kv;
        this.greedy = greedy;
        session = own.orElse(steps);
        stream = own.isPresent() ? device.background() : device.stream();
        beside = own.map(s -> Executors.newSingleThreadExecutor(Thread.ofPlatform()
                .daemon()
                .name("agentopt-prompts-" + model.pack().id())
                .factory()));
        inputs = new DeviceInputs(device, 1, kv.capacity());
        scores = new CudaScores(device, model.tensors().scores(), kv.rows(), 1, model.vocab());
        best = device.context().allocatePinned(JAVA_INT.byteSize());
        before = device.context().event();
        total = OrtTensor.allocate(ElementType.INT32, 1); // at last: the device closes all of its own
    }

    /**
     * Appends tokens, as {@link DecoderExecutor#begin} says.
     *
     * @return the id with the highest score; -1 if they are no numbers
     */
    CompletableFuture<Integer> begin(int row, int[] tokens, int from, int to, OrtRunOptions options) {
        try {
            device.check(model);
            if (beside.isEmpty()) return CompletableFuture.completedFuture(run(row, tokens, from, to, options));
            device.stream().record(before);
            stream.waitFor(before);
            CompletableFuture<Integer> run =
                    CompletableFuture.supplyAsync(() -> run(row, tokens, from, to, options), beside.get());
            // Steps of others write behind a row that is being filled; a full one has no room for that.
            if (to == kv.capacity()) run.handle((id, failure) -> id).join();
            return run;
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(device.failure(model, e));
        } catch (Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private int run(int row, int[] tokens, int from, int to, OrtRunOptions options) {
        running.lock();
        try {
            int n = to - from;
            inputs.before(0, to - 1);
            inputs.last(n - 1);
            for (int i = 0; i < n; i++) inputs.token(i, tokens[from + i]);
            total.data().set(JAVA_INT, 0, to);
            OrtBinding binding = binding(row);
            try (OrtTensor ids = inputs.ids(1, n)) {
                binding.bindInput(model.names().inputIds(), ids);
            }
            inputs.upload(stream, n);
            try {
                binding.run(options.graph(NO_GRAPH).withoutSynchronization());
                scores.widen(stream, row, 1);
                Arguments choice = greedy.arguments(scores(row), inputs.idsMemory(), inputs.beforeMemory(), best, 0);
                greedy.launch(stream, 1, choice);
            } finally {
                stream.synchronize();
            }
            return best.segment().get(JAVA_INT, 0);
        } catch (RuntimeException e) {
            throw device.failure(model, e);
        } finally {
            running.unlock();
        }
    }

    /** Does something that no other work on the device may run beside: a capture, which others' allocations and waits would break off. */
    void whileIdle(Runnable work) {
        running.lock();
        try {
            work.run();
        } finally {
            running.unlock();
        }
    }

    private OrtBinding binding(int row) {
        OrtBinding found = bindings.get(row);
        if (found != null) return found;
        if (bindings.size() >= KEPT) {
            OrtBinding oldest = bindings.remove(bindings.keySet().iterator().next());
            if (oldest != null) oldest.close();
        }
        OrtBinding made = model.tensors().bind(session, kv::view, row, 1);
        try (OrtTensor at = inputs.before(1);
                OrtTensor last = inputs.last();
                OrtTensor out = scores.output(row, 1)) {
            made.bindInput(model.lengths().lastPositions(), at);
            made.bindInput(model.lengths().total(), total);
            made.bindInput(model.lastIndex(), last);
            made.bindOutput(model.names().logits(), out);
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
        bindings.put(row, made);
        return made;
    }

    /** {@return float32 [vocab] of a row's last filled position} */
    DeviceSegment scores(int row) {
        return scores.of(row, 1);
    }

    /** Waits for the run in flight. */
    @Override
    public void close() {
        beside.ifPresent(ExecutorService::close);
        List<AutoCloseable> all = new ArrayList<>(bindings.values());
        all.add(total);
        if (beside.isPresent()) all.add(session);
        all.addAll(List.of(inputs, scores, best, before));
        Closing.all(all);
    }
}
