package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.agentopt.mlir.gpu.Arguments;
import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.DeviceSegment;
import io.agentopt.mlir.gpu.GpuEvent;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.mlir.gpu.PinnedMemory;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.kv.DeviceKv;
import io.agentopt.runtime.llm.kv.KvBlock;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.PackSession;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A GroupQueryAttention decoder on an NVIDIA GPU. Caches, scores and tokens stay in its memory; what comes back from a step
 * are ids.
 *
 * <p>A decode is a CUDA graph of the first 1, 2, 4, 8, ... rows of the table, captured when first needed: a graph holds
 * addresses and sizes, so it always covers the same rows, attends up to the capacity, and what differs from step to step lies
 * in device memory. Rows that have nothing to append get a token behind what they hold, where nobody reads.
 *
 * <p>A step that is likely to come, the same rows with the best tokens, is queued before the ids of the one in flight are
 * handed out, so the device computes while the host talks to the listeners. If another comes, what was computed lies behind
 * what the rows hold, and is overwritten.
 *
 * <p>Prompts are filled as {@link CudaPrompts} says.
 */
public final class CudaExecutor implements DecoderExecutor {
    private final DecoderModel model;
    private final CudaDevice device;
    private final OrtSession session;
    private final Optional<CudaWeights> weights;
    private final DeviceKv kv;
    private final GreedyChoice greedy;
    private final DeviceInputs step;
    private final CudaPrompts prompts;
    private final DeviceMemory scores; // float32 [2, rows, vocab]: of steps in two slots
    private final CudaMemory scoreTensors;
    private final PinnedMemory best; // int32 [2, rows], alike
    private final List<Arguments> stepChoices = new ArrayList<>(); // by slot
    private final List<GpuEvent> stepDone = new ArrayList<>(); // by slot
    private final StepChain chain;
    private final OrtTensor stepTotal; // int32 [1], what the graphs have seen
    private final OrtRunOptions stepRun;
    private final Map<Integer, OrtBinding> steps = new LinkedHashMap<>(); // by graph
    private final Set<Integer> captured = new HashSet<>(); // graphs
    private final int[] highest; // by row, of its scores
    private final boolean[] fromPrompt; // by row: whether its scores are those of a prompt
    private final @Nullable PinnedMemory[] scoresHost; // by row

    private CudaExecutor(
            DecoderModel model,
            CudaDevice device,
            Optional<CudaWeights> weights,
            OrtSession session,
            Optional<OrtSession> promptSession,
            DeviceKv kv) {
        this.model = model;
        this.device = device;
        this.weights = weights;
        this.session = session;
        this.kv = kv;
        int rows = kv.rows();
        greedy = new GreedyChoice(device.context(), vocab());
        step = new DeviceInputs(device, rows, rows);
        chain = new StepChain(rows, kv.capacity());
        scores = device.context().allocate(2L * rows * scoreBytes());
        scoreTensors = new CudaMemory(device.memory(), scores);
        best = device.context().allocatePinned(2L * rows * JAVA_INT.byteSize());
        for (int slot = 0; slot < 2; slot++) {
            stepChoices.add(greedy.arguments(
                    scores.slice((long) slot * rows * scoreBytes(), rows * scoreBytes()),
                    step.idsMemory(),
                    step.beforeMemory(),
                    best,
                    bestAt(slot)));
            stepDone.add(device.context().event());
        }
        highest = new int[rows];
        fromPrompt = new boolean[rows];
        scoresHost = new PinnedMemory[rows];
        Owned last = new Owned(); // what is not the device's alone, which closes all of its own
        try {
            prompts = last.add(new CudaPrompts(model, device, kv, greedy, session, promptSession));
            stepTotal = last.add(OrtTensor.allocate(ElementType.INT32, 1));
            stepTotal.data().set(JAVA_INT, 0, kv.capacity());
            stepRun = last.add(OrtRunOptions.create()).withoutSynchronization();
        } catch (RuntimeException | Error e) {
            last.closeAfter(e);
            throw e;
        }
    }

    /**
     * Loads a model.
     *
     * @param settings with a device of the CUDA provider
     * @param rows of the cache table
     * @param capacity positions of a row
     * @throws ModelPackException if the pack has a defect, or model.json names no lengths of rows
     * @throws OutOfMemoryError if the GPU has no room for the caches
     */
    public static CudaExecutor open(
            ModelPack pack,
            ModelPack.Decoder layout,
            SessionSettings settings,
            PromptLane lane,
            EpDevice gpu,
            int rows,
            int capacity) {
        return open(pack, layout, settings, lane, CudaDevice.of(gpu), rows, capacity);
    }

    /** As the other; owns the device. */
    static CudaExecutor open(
            ModelPack pack,
            ModelPack.Decoder layout,
            SessionSettings settings,
            PromptLane lane,
            CudaDevice device,
            int rows,
            int capacity) {
        Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(device));
        try {
            ModelPack.Counts lengths = DecoderModel.lengths(pack, layout);
            boolean beside = lane == PromptLane.BESIDE_STEPS;
            Optional<CudaWeights> weights = beside && settings.weights().isEmpty()
                    ? Optional.of(new CudaWeights(device, pack.onnx()))
                    : Optional.empty();
            weights.ifPresent(opened::push);
            SessionSettings shared =
                    weights.map(w -> settings.sharing(w.shared())).orElse(settings);
            OrtSession session = PackSession.open(pack, device.on(shared));
            opened.push(session);
            Optional<OrtSession> promptSession =
                    beside ? Optional.of(PackSession.open(pack, device.inBackground(shared))) : Optional.empty();
            promptSession.ifPresent(opened::push);
            DecoderNames names = DecoderNames.check(pack, layout, session);
            PackSession.require(
                    pack,
                    session.inputs(),
                    "input",
                    layout.inputIds(),
                    "int64 [batch, sequence] on a GPU",
                    ElementType.INT64,
                    -1,
                    -1);
            DeviceKv kv =
                    new DeviceKv(names.shape(), rows, capacity, device.context(), device.stream(), device.memory());
            opened.push(kv);
            DecoderModel model =
                    new DecoderModel(pack, layout, lengths, lengths.lastIndex().orElseThrow(), names);
            return new CudaExecutor(model, device, weights, session, promptSession, kv);
        } catch (RuntimeException | Error e) {
            Closing.all(opened, e);
            throw e;
        }
    }

    @Override
    public KvRows kv() {
        return kv;
    }

    @Override
    public int vocab() {
        return model.vocab();
    }

    @Override
    public int widestStep() {
        return kv.rows();
    }

    @Override
    public void prefill(int row, int[] tokens, int from, int to, OrtRunOptions options) {
        try {
            begin(row, tokens, from, to, options).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException r) throw r;
            if (e.getCause() instanceof Error error) throw error;
            throw e;
        }
    }

    @Override
    public CompletableFuture<Void> begin(int row, int[] tokens, int from, int to, OrtRunOptions options) {
        chain.drop(row);
        return prompts.begin(row, tokens, from, to, options).thenAccept(best -> {
            highest[row] = best;
            fromPrompt[row] = true;
        });
    }

    @Override
    public void decode(DecodeStep wanted, OrtRunOptions options) {
        device.check(model);
        int[] rows = wanted.rows();
        int covered = Math.min(kv.rows(), Integer.highestOneBit(Math.max(1, 2 * rows[rows.length - 1] + 1)));
        boolean queued = chain.take(wanted, covered, highest, kv.changes());
        int slot = chain.slot();
        try {
            boolean waited = !queued && begin(wanted, covered, slot);
            if (!waited && wanted.goesOn() && chain.mayGoOn(wanted)) {
                queue(covered, 1 - slot);
                chain.goesOn(kv.changes());
            }
            stepDone.get(slot).synchronize();
        } catch (RuntimeException e) {
            chain.drop();
            throw device.failure(model, e);
        } catch (Error e) {
            chain.drop();
            throw e;
        }
        for (int row : rows) {
            highest[row] = best.segment().get(JAVA_INT, bestAt(slot) + row * JAVA_INT.byteSize());
            fromPrompt[row] = false;
        }
    }

    /** Queues a step that the host knows. {@return whether it has been waited for, because it needed a full row's last position} */
    private boolean begin(DecodeStep wanted, int covered, int slot) {
        int[] rows = wanted.rows();
        List<KvBlock> kept = new ArrayList<>();
        List<Integer> full = new ArrayList<>();
        for (int r = 0, i = 0; r < covered; r++) {
            int held = r < wanted.held().length ? wanted.held()[r] : 0;
            boolean asked = i < rows.length && rows[i] == r;
            if (!asked && held == kv.capacity()) { // no room for a token that nobody reads
                kept.add(kv.save(r, --held, kv.capacity()));
                full.add(r);
            }
            chain.position(r, held);
            step.before(r, held);
            step.token(r, asked ? wanted.tokens()[i] : 0);
            if (asked) i++;
        }
        step.upload(device.stream(), covered);
        try {
            queue(covered, slot);
        } finally {
            for (int i = 0; i < kept.size(); i++) kv.restore(kept.get(i), full.get(i), kv.capacity() - 1);
            if (!kept.isEmpty()) device.stream().synchronize();
            kept.forEach(KvBlock::close);
        }
        return !kept.isEmpty();
    }

    /** Queues a step whose inputs are on the device, or will be by then. */
    private void queue(int covered, int slot) {
        int graph = 2 * covered + slot;
        // Not with the caller's options: a capture that is broken off would leave the stream in it, and a step is
        // short.
        OrtBinding binding = stepBinding(covered, slot, graph);
        stepRun.graph(graph);
        if (captured.contains(graph)) {
            binding.run(stepRun);
        } else {
            prompts.whileIdle(() -> binding.run(stepRun));
            captured.add(graph);
        }
        greedy.launch(device.stream(), covered, stepChoices.get(slot));
        device.stream().record(stepDone.get(slot));
    }

    private long bestAt(int slot) {
        return (long) slot * kv.rows() * JAVA_INT.byteSize();
    }

    private OrtBinding stepBinding(int rows, int slot, int graph) {
        OrtBinding found = steps.get(graph);
        if (found != null) return found;
        OrtBinding made = model.tensors().bind(session, kv::view, 0, rows);
        long at = (long) slot * kv.rows() * scoreBytes();
        try (OrtTensor ids = step.ids(rows, 1);
                OrtTensor before = step.before(rows);
                OrtTensor last = step.last();
                OrtTensor out = scoreTensors.tensor(at, ElementType.FLOAT32, rows, 1, vocab())) {
            made.bindInput(model.names().inputIds(), ids);
            made.bindInput(model.lengths().lastPositions(), before);
            made.bindInput(model.lengths().total(), stepTotal);
            made.bindInput(model.lastIndex(), last);
            made.bindOutput(model.names().logits(), out);
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
        steps.put(graph, made);
        return made;
    }

    private long scoreBytes() {
        return vocab() * JAVA_FLOAT.byteSize();
    }

    private DeviceSegment stepScores(int row) {
        return scores.slice((chain.slot() * kv.rows() + row) * scoreBytes(), scoreBytes());
    }

    @Override
    public MemorySegment scores(int row) {
        device.check(model);
        try {
            PinnedMemory host = scoresHost[row];
            if (host == null) scoresHost[row] = host = device.context().allocatePinned(scoreBytes());
            device.stream().download(host, 0, fromPrompt[row] ? prompts.scores(row) : stepScores(row));
            device.stream().synchronize();
            return host.segment();
        } catch (GpuException e) {
            throw device.failure(model, e);
        }
    }

    @Override
    public void scores(int row, MemorySegment values) {
        chain.drop(row);
        prompts.scores(row).copyFrom(values);
        highest[row] = HighestScore.of(values, vocab());
        fromPrompt[row] = true;
    }

    @Override
    public int best(int row) {
        return highest[row];
    }

    @Override
    public void close() {
        List<AutoCloseable> all = new ArrayList<>();
        all.add(prompts);
        all.add(device.stream()::synchronize); // a step may be queued that nobody asked for
        all.addAll(stepDone);
        all.addAll(steps.values());
        all.addAll(List.of(stepRun, stepTotal, session));
        weights.ifPresent(all::add);
        all.addAll(List.of(step, scores, best));
        for (PinnedMemory host : scoresHost) if (host != null) all.add(host);
        all.addAll(List.of(greedy, kv, device));
        Closing.all(all);
    }
}
