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
import io.agentopt.runtime.backend.ort.OrtException;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 */
public final class CudaExecutor implements DecoderExecutor {
    private static final int NO_GRAPH = -1;
    private static final int KEPT = 64; // bindings of prompts

    private final ModelPack pack;
    private final ModelPack.Decoder names;
    private final ModelPack.Counts lengths;
    private final String lastIndex;
    private final CudaDevice device;
    private final OrtSession session;
    private final DecoderNames tensors;
    private final DeviceKv kv;
    private final GreedyChoice greedy;
    private final DeviceInputs step;
    private final DeviceInputs prompt;
    private final DeviceMemory scores; // float32 [3, rows, vocab]: of steps in two slots, then of prompts
    private final CudaMemory scoreTensors;
    private final DeviceMemory best; // int32 [3, rows], alike
    private final PinnedMemory bestHost;
    private final List<Arguments> stepChoices = new ArrayList<>(); // by slot
    private final List<GpuEvent> stepDone = new ArrayList<>(); // by slot
    private final StepChain chain;
    private final OrtTensor stepTotal; // int32 [1], what the graphs have seen
    private final OrtTensor promptTotal;
    private final OrtRunOptions stepRun;
    private final Map<Integer, OrtBinding> steps = new LinkedHashMap<>(); // by graph
    private final Map<Integer, OrtBinding> prompts = new LinkedHashMap<>(KEPT, 0.75f, true); // by row
    private final int[] highest; // by row, of its scores
    private final boolean[] fromPrompt; // by row: whether its scores are those of a prompt
    private final @Nullable PinnedMemory[] scoresHost; // by row

    private CudaExecutor(
            ModelPack pack,
            ModelPack.Decoder names,
            ModelPack.Counts lengths,
            CudaDevice device,
            OrtSession session,
            DecoderNames tensors,
            DeviceKv kv) {
        this.pack = pack;
        this.names = names;
        this.lengths = lengths;
        lastIndex = lengths.lastIndex().orElseThrow();
        this.device = device;
        this.session = session;
        this.tensors = tensors;
        this.kv = kv;
        int rows = kv.rows();
        greedy = new GreedyChoice(device.context(), vocab());
        step = new DeviceInputs(device, rows, rows);
        prompt = new DeviceInputs(device, 1, kv.capacity());
        chain = new StepChain(rows, kv.capacity());
        scores = device.context().allocate(3L * rows * scoreBytes());
        scoreTensors = new CudaMemory(device.memory(), scores);
        best = device.context().allocate(3L * rows * JAVA_INT.byteSize());
        bestHost = device.context().allocatePinned(best.bytes());
        for (int slot = 0; slot < 2; slot++) {
            stepChoices.add(greedy.arguments(
                    scores.slice((long) slot * rows * scoreBytes(), rows * scoreBytes()),
                    step.idsMemory(),
                    step.beforeMemory(),
                    best(slot, rows)));
            stepDone.add(device.context().event());
        }
        highest = new int[rows];
        fromPrompt = new boolean[rows];
        scoresHost = new PinnedMemory[rows];
        Owned last = new Owned(); // what is not the device's, which closes all of its own
        try {
            stepTotal = last.add(OrtTensor.allocate(ElementType.INT32, 1));
            stepTotal.data().set(JAVA_INT, 0, kv.capacity());
            promptTotal = last.add(OrtTensor.allocate(ElementType.INT32, 1));
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
            ModelPack pack, ModelPack.Decoder layout, SessionSettings settings, EpDevice gpu, int rows, int capacity) {
        return open(pack, layout, settings, CudaDevice.of(gpu), rows, capacity);
    }

    /** As the other; owns the device. */
    static CudaExecutor open(
            ModelPack pack,
            ModelPack.Decoder layout,
            SessionSettings settings,
            CudaDevice device,
            int rows,
            int capacity) {
        if (!(layout.lengths() instanceof ModelPack.Counts lengths)
                || lengths.lastIndex().isEmpty()) {
            device.close();
            throw new ModelPackException("The model '" + pack.id() + "' takes an attention mask, which no CUDA graph"
                    + " can replay, or no index of the last token. Export it with lengths as inputs and name them in"
                    + " onnx.lastPositions, onnx.totalLength and onnx.lastIndex of "
                    + pack.folder().resolve(ModelPack.FILE) + ", or run it on the CPU.");
        }
        OrtSession session = null;
        DeviceKv kv = null;
        try {
            session = PackSession.open(pack, device.on(settings));
            DecoderNames names = DecoderNames.check(pack, layout, session);
            kv = new DeviceKv(names.shape(), rows, capacity, device.context(), device.stream(), device.memory());
            return new CudaExecutor(pack, layout, lengths, device, session, names, kv);
        } catch (RuntimeException | Error e) {
            if (kv != null) kv.close();
            if (session != null) session.close();
            device.close();
            throw e;
        }
    }

    @Override
    public KvRows kv() {
        return kv;
    }

    @Override
    public int vocab() {
        return pack.spec().vocab();
    }

    @Override
    public int widestStep() {
        return kv.rows();
    }

    @Override
    public void prefill(int row, int[] tokens, int from, int to, OrtRunOptions options) {
        int n = to - from;
        chain.drop(row);
        prompt.before(0, to - 1);
        prompt.last(n - 1);
        for (int i = 0; i < n; i++) prompt.token(i, tokens[from + i]);
        promptTotal.data().set(JAVA_INT, 0, to);
        OrtBinding binding = promptBinding(row);
        try (OrtTensor ids = prompt.ids(1, n)) {
            binding.bindInput(names.inputIds(), ids);
        }
        prompt.upload(device.stream(), n);
        try {
            binding.run(options.graph(NO_GRAPH).withoutSynchronization());
            Arguments choice =
                    greedy.arguments(promptScores(row), prompt.idsMemory(), prompt.beforeMemory(), best(2, 1));
            greedy.launch(device.stream(), 1, choice);
            device.stream().download(bestHost, bestAt(2), best(2, 1));
        } finally {
            synchronize();
        }
        highest[row] = bestHost.segment().get(JAVA_INT, bestAt(2));
        fromPrompt[row] = true;
    }

    @Override
    public void decode(DecodeStep wanted, OrtRunOptions options) {
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
            awaitEnd(stepDone.get(slot)::synchronize);
        } catch (RuntimeException | Error e) {
            chain.drop();
            throw e;
        }
        for (int row : rows) {
            highest[row] = bestHost.segment().get(JAVA_INT, bestAt(slot) + row * JAVA_INT.byteSize());
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
            if (!kept.isEmpty()) synchronize();
            kept.forEach(KvBlock::close);
        }
        return !kept.isEmpty();
    }

    /** Queues a step whose inputs are on the device, or will be by then. */
    private void queue(int covered, int slot) {
        int graph = 2 * covered + slot;
        // Not with the caller's options: a capture that is broken off would leave the stream in it, and a step is
        // short.
        stepBinding(covered, slot, graph).run(stepRun.graph(graph));
        greedy.launch(device.stream(), covered, stepChoices.get(slot));
        device.stream().download(bestHost, bestAt(slot), best(slot, covered));
        device.stream().record(stepDone.get(slot));
    }

    private long bestAt(int slot) {
        return (long) slot * kv.rows() * JAVA_INT.byteSize();
    }

    private DeviceSegment best(int slot, int rows) {
        return best.slice(bestAt(slot), rows * JAVA_INT.byteSize());
    }

    /** A failure of the device is a failed run, as one that ONNX Runtime tells of. */
    private void synchronize() {
        awaitEnd(device.stream()::synchronize);
    }

    private void awaitEnd(Runnable work) {
        try {
            work.run();
        } catch (GpuException e) {
            throw new OrtException(
                    OrtException.NOT_FROM_ORT,
                    "The run of model '" + pack.id() + "' on " + device + " failed: " + e.getMessage());
        }
    }

    private OrtBinding stepBinding(int rows, int slot, int graph) {
        OrtBinding found = steps.get(graph);
        if (found != null) return found;
        OrtBinding made = tensors.bind(session, kv::view, 0, rows);
        long at = (long) slot * kv.rows() * scoreBytes();
        try (OrtTensor ids = step.ids(rows, 1);
                OrtTensor before = step.before(rows);
                OrtTensor last = step.last();
                OrtTensor out = scoreTensors.tensor(at, ElementType.FLOAT32, rows, 1, vocab())) {
            made.bindInput(names.inputIds(), ids);
            made.bindInput(lengths.lastPositions(), before);
            made.bindInput(lengths.total(), stepTotal);
            made.bindInput(lastIndex, last);
            made.bindOutput(names.logits(), out);
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
        steps.put(graph, made);
        return made;
    }

    private OrtBinding promptBinding(int row) {
        OrtBinding found = prompts.get(row);
        if (found != null) return found;
        if (prompts.size() >= KEPT) {
            OrtBinding oldest = prompts.remove(prompts.keySet().iterator().next());
            if (oldest != null) oldest.close();
        }
        OrtBinding made = tensors.bind(session, kv::view, row, 1);
        long at = (2L * kv.rows() + row) * scoreBytes();
        try (OrtTensor before = prompt.before(1);
                OrtTensor last = prompt.last();
                OrtTensor out = scoreTensors.tensor(at, ElementType.FLOAT32, 1, 1, vocab())) {
            made.bindInput(lengths.lastPositions(), before);
            made.bindInput(lengths.total(), promptTotal);
            made.bindInput(lastIndex, last);
            made.bindOutput(names.logits(), out);
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
        prompts.put(row, made);
        return made;
    }

    private long scoreBytes() {
        return vocab() * JAVA_FLOAT.byteSize();
    }

    private DeviceSegment stepScores(int row) {
        return scores.slice((chain.slot() * kv.rows() + row) * scoreBytes(), scoreBytes());
    }

    private DeviceSegment promptScores(int row) {
        return scores.slice((2L * kv.rows() + row) * scoreBytes(), scoreBytes());
    }

    @Override
    public MemorySegment scores(int row) {
        PinnedMemory host = scoresHost[row];
        if (host == null) scoresHost[row] = host = device.context().allocatePinned(scoreBytes());
        device.stream().download(host, 0, fromPrompt[row] ? promptScores(row) : stepScores(row));
        synchronize();
        return host.segment();
    }

    @Override
    public void scores(int row, MemorySegment values) {
        chain.drop(row);
        promptScores(row).copyFrom(values);
        highest[row] = HighestScore.of(values, vocab());
        fromPrompt[row] = true;
    }

    @Override
    public int best(int row) {
        return highest[row];
    }

    @Override
    public void close() {
        device.stream().synchronize(); // a step may be queued that nobody asked for
        stepDone.forEach(GpuEvent::close);
        steps.values().forEach(OrtBinding::close);
        prompts.values().forEach(OrtBinding::close);
        stepRun.close();
        stepTotal.close();
        promptTotal.close();
        session.close();
        step.close();
        prompt.close();
        scores.close();
        best.close();
        bestHost.close();
        for (PinnedMemory host : scoresHost) if (host != null) host.close();
        greedy.close();
        kv.close();
        device.close();
    }
}
