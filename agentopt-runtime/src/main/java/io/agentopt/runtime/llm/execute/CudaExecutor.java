package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.agentopt.mlir.gpu.DeviceSegment;
import io.agentopt.mlir.gpu.GpuEvent;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.mlir.gpu.PinnedMemory;
import io.agentopt.runtime.backend.ort.ElementType;
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
import java.util.Arrays;
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
 * <p>A decode is a CUDA graph of the first 1, 2, 4, 8, ... rows of the table, captured when the executor opens or when first needed: a graph holds
 * addresses and sizes, so it always covers the same rows, attends up to the capacity, and what differs from step to step lies
 * in device memory. Rows that have nothing to append get a token behind what they hold, where nobody reads.
 *
 * <p>Tokens are chosen there too: the best, or one that is drawn by numbers that come with the step ({@link StepChoice}).
 *
 * <p>A step that is likely to come, the same rows with the chosen tokens, is queued before the ids of the one in flight are
 * handed out, so the device computes while the host talks to the listeners. If another comes, what was computed lies behind
 * what the rows hold, and is overwritten.
 *
 * <p>Prompts are filled as {@link CudaPrompts} says.
 */
public final class CudaExecutor implements DecoderExecutor {
    private static final int WARMING = 512; // tokens

    private final DecoderModel model;
    private final CudaDevice device;
    private final OrtSession session;
    private final Optional<CudaWeights> weights;
    private final DeviceKv kv;
    private final GreedyChoice greedy;
    private final DeviceInputs step;
    private final CudaPrompts prompts;
    private final CudaScores scores; // of steps in two slots
    private final StepChoice choice;
    private final List<GpuEvent> stepDone = new ArrayList<>(); // by slot
    private final StepChain chain;
    private final OrtTensor stepTotal; // int32 [1], what the graphs have seen
    private final OrtRunOptions stepRun;
    private final Map<Integer, OrtBinding> steps = new LinkedHashMap<>(); // by graph
    private final Set<Integer> captured = new HashSet<>(); // graphs
    private final int[] chosen; // by row, of its scores
    private final Draw[] draws; // by row: what chose it
    private final boolean[] fromPrompt; // by row: whether its scores are those of a prompt
    private final @Nullable PinnedMemory[] scoresHost; // by row

    private CudaExecutor(
            DecoderModel model,
            CudaDevice device,
            Optional<CudaWeights> weights,
            OrtSession session,
            Optional<OrtSession> promptSession,
            DeviceKv kv,
            boolean captureNow) {
        this.model = model;
        this.device = device;
        this.weights = weights;
        this.session = session;
        this.kv = kv;
        int rows = kv.rows();
        greedy = new GreedyChoice(device.context(), vocab());
        step = new DeviceInputs(device, rows, rows);
        chain = new StepChain(rows, kv.capacity());
        scores = new CudaScores(device, model.tensors().scores(), 2 * CudaScores.slotRows(rows), rows, vocab());
        choice = new StepChoice(device, greedy, scores, step, rows, vocab());
        for (int slot = 0; slot < 2; slot++) stepDone.add(device.context().event());
        chosen = new int[rows];
        draws = new Draw[rows];
        Arrays.fill(draws, Draw.HIGHEST);
        fromPrompt = new boolean[rows];
        scoresHost = new PinnedMemory[rows];
        Owned last = new Owned(); // what is not the device's alone, which closes all of its own
        try {
            prompts = last.add(new CudaPrompts(model, device, kv, greedy, session, promptSession));
            stepTotal = last.add(OrtTensor.allocate(ElementType.INT32, 1));
            stepTotal.data().set(JAVA_INT, 0, kv.capacity());
            stepRun = last.add(OrtRunOptions.create()).withoutSynchronization();
            if (captureNow) captureAll();
        } catch (RuntimeException | Error e) {
            Closing.all(steps.values(), e);
            last.closeAfter(e);
            throw e;
        }
    }

    /**
     * Loads a model.
     *
     * @param device the executor owns it, also if it does not open
     * @param rows of the cache table
     * @param capacity positions of a row
     * @throws ModelPackException if the pack has a defect, or model.json names no lengths of rows
     * @throws OutOfMemoryError if the GPU has no room for the caches
     */
    static CudaExecutor open(
            ModelPack pack,
            ModelPack.Decoder layout,
            SessionSettings settings,
            GpuSettings gpu,
            CudaDevice device,
            int rows,
            int capacity) {
        Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(device));
        try {
            ModelPack.Counts lengths = DecoderModel.lengths(pack, layout);
            boolean beside = gpu.lane() == PromptLane.BESIDE_STEPS;
            Optional<CudaWeights> weights =
                    settings.weights().isEmpty() ? Optional.of(new CudaWeights(device, pack.onnx())) : Optional.empty();
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
            return new CudaExecutor(model, device, weights, session, promptSession, kv, gpu.captureAtOpen());
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
        return prompts.begin(row, tokens, from, to, options).thenAccept(best -> fromPrompt(row, best));
    }

    @Override
    public void decode(DecodeStep wanted, OrtRunOptions options) {
        device.check(model);
        int[] rows = wanted.rows();
        int covered = Math.min(kv.rows(), Integer.highestOneBit(Math.max(1, 2 * rows[rows.length - 1] + 1)));
        boolean queued = chain.take(wanted, covered, chosen, kv.changes());
        int slot = chain.slot();
        try {
            boolean waited = !queued && begin(wanted, covered, slot);
            if (!waited && wanted.goesOn() && chain.mayGoOn(wanted)) {
                List<Draw> next = wanted.draws().stream().map(Draw::next).toList();
                queue(covered, 1 - slot, rows, next);
                chain.goesOn(next, kv.changes());
            }
            stepDone.get(slot).synchronize();
        } catch (RuntimeException e) {
            chain.drop();
            throw device.failure(model, e);
        } catch (Error e) {
            chain.drop();
            throw e;
        }
        for (int i = 0; i < rows.length; i++) {
            int row = rows[i];
            chosen[row] = choice.id(slot, row);
            draws[row] = wanted.draws().get(i);
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
            queue(covered, slot, rows, wanted.draws());
        } finally {
            for (int i = 0; i < kept.size(); i++) kv.restore(kept.get(i), full.get(i), kv.capacity() - 1);
            if (!kept.isEmpty()) device.stream().synchronize();
            kept.forEach(KvBlock::close);
        }
        return !kept.isEmpty();
    }

    /** Queues a step whose inputs are on the device, or will be by then. */
    private void queue(int covered, int slot, int[] rows, List<Draw> by) {
        run(covered, slot);
        choice.queue(covered, slot, rows, by);
        device.stream().record(stepDone.get(slot));
    }

    private int firstOf(int slot) {
        return slot * CudaScores.slotRows(kv.rows());
    }

    /**
     * Captures what steps of all widths will replay, behind a prompt, so that what libraries load when they are first used is
     * loaded, and memory lies as it does when steps follow prompts. Rows hold nothing yet.
     */
    private void captureAll() {
        int warming = Math.min(WARMING, kv.capacity());
        try (OrtRunOptions options = OrtRunOptions.create()) {
            prefill(0, new int[warming], 0, warming, options);
        }
        for (int covered = 1; ; covered = Math.min(2 * covered, kv.rows())) {
            for (int slot = 0; slot < 2; slot++) {
                for (int r = 0; r < covered; r++) {
                    step.before(r, 0);
                    step.token(r, 0);
                }
                step.upload(device.stream(), covered);
                run(covered, slot);
                device.stream().synchronize(); // the inputs are written again
            }
            if (covered == kv.rows()) return;
        }
    }

    private void run(int covered, int slot) {
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
        scores.widen(device.stream(), firstOf(slot), covered);
    }

    private OrtBinding stepBinding(int rows, int slot, int graph) {
        OrtBinding found = steps.get(graph);
        if (found != null) return found;
        OrtBinding made = model.tensors().bind(session, kv::view, 0, rows);
        try (OrtTensor ids = step.ids(rows, 1);
                OrtTensor before = step.before(rows);
                OrtTensor last = step.last();
                OrtTensor out = scores.output(firstOf(slot), rows)) {
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

    @Override
    public MemorySegment scores(int row) {
        device.check(model);
        try {
            PinnedMemory host = scoresHost[row];
            if (host == null) {
                scoresHost[row] = host = device.context().allocatePinned(vocab() * JAVA_FLOAT.byteSize());
            }
            DeviceSegment from = fromPrompt[row] ? prompts.scores(row) : scores.of(firstOf(chain.slot()) + row, 1);
            device.stream().download(host, 0, from);
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
        fromPrompt(row, HighestScore.of(values, vocab()));
    }

    private void fromPrompt(int row, int best) {
        chosen[row] = best;
        draws[row] = Draw.HIGHEST;
        fromPrompt[row] = true;
    }

    @Override
    public int best(int row) {
        return draws[row].isHighest() ? chosen[row] : HighestScore.of(scores(row), vocab());
    }

    @Override
    public int chosen(int row, Draw draw) {
        return draw.drawsAs(draws[row]) ? chosen[row] : -1;
    }

    /** {@return graphs that are captured, for tests} */
    int graphs() {
        return captured.size();
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
        all.addAll(List.of(choice, step, scores));
        for (PinnedMemory host : scoresHost) if (host != null) all.add(host);
        all.addAll(List.of(greedy, kv, device));
        Closing.all(all);
    }
}
