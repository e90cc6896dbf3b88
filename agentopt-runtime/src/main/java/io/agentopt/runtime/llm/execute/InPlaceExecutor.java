package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.kv.HostKv;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.PackSession;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A GroupQueryAttention decoder on the CPU. Past and present are the same memory, so a run writes only the appended
 * positions. A decode of several rows is one run over the neighbours from the first to the last; rows between that have
 * nothing to append get a token behind what they hold, where nobody reads.
 */
public final class InPlaceExecutor implements DecoderExecutor {
    private final ModelPack pack;
    private final ModelPack.Decoder names;
    private final OrtSession session;
    private final HostKv kv;
    private final RowBindings bindings;
    private final OrtTensor ids; // int64, as many as a step or a prompt needs
    private final PositionInputs positions;
    private final OrtTensor stepScores; // [rows * vocab]
    private final @Nullable OrtTensor[] promptScores; // by row: of the last position of a prompt
    private final boolean[] fromPrompt; // by row: whether its scores are those
    private @Nullable OrtTensor allScores; // [positions * vocab], grown, of models that score every position

    private InPlaceExecutor(
            ModelPack pack, ModelPack.Decoder names, OrtSession session, DecoderNames tensors, int rows) {
        this.pack = pack;
        this.names = names;
        this.session = session;
        int capacity = pack.spec().maxContext();
        kv = new HostKv(tensors.shape(), rows, capacity);
        bindings = new RowBindings(session, kv, tensors);
        ids = OrtTensor.reserve(ElementType.INT64, Math.max(rows, capacity));
        positions = PositionInputs.of(names, rows, capacity);
        stepScores = OrtTensor.reserve(ElementType.FLOAT32, (long) rows * vocab());
        promptScores = new OrtTensor[rows];
        fromPrompt = new boolean[rows];
    }

    /**
     * Loads a model.
     *
     * @param rows of the cache table
     * @throws io.agentopt.runtime.llm.pack.ModelPackException if the pack has a defect
     */
    public static InPlaceExecutor open(ModelPack pack, ModelPack.Decoder layout, SessionSettings settings, int rows) {
        OrtSession session = PackSession.open(pack, settings);
        try {
            return new InPlaceExecutor(pack, layout, session, DecoderNames.check(pack, layout, session), rows);
        } catch (RuntimeException | OutOfMemoryError e) {
            session.close();
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
        for (int i = 0; i < n; i++) ids.data().setAtIndex(JAVA_LONG, i, tokens[from + i]);
        OrtTensor last = promptScores(row);
        OrtBinding binding = bindings.rows(row, 1);
        try (OrtTensor input = ids.view(0, 1, n);
                OrtTensor scores = names.lastOnly()
                        ? last.view(0, 1, 1, vocab())
                        : allScores(n).view(0, 1, n, vocab())) {
            binding.bindInput(names.inputIds(), input);
            positions.prompt(binding, from, to);
            binding.bindOutput(names.logits(), scores);
            binding.run(options);
            if (!names.lastOnly()) {
                long bytes = vocab() * JAVA_FLOAT.byteSize();
                MemorySegment.copy(scores.data(), (n - 1) * bytes, last.data(), 0, bytes);
            }
        }
        fromPrompt[row] = true;
    }

    @Override
    public void decode(DecodeStep step, OrtRunOptions options) {
        int[] rows = step.rows();
        int first = 0;
        for (int i = 1; i <= rows.length; i++) { // a full row between two has no room for a token that nobody reads
            if (i < rows.length && !fullBetween(step, rows[i - 1], rows[i])) continue;
            decode(step, first, i, options);
            first = i;
        }
    }

    private boolean fullBetween(DecodeStep step, int row, int next) {
        for (int r = row + 1; r < next; r++) if (step.held()[r] >= kv.capacity()) return true;
        return false;
    }

    private void decode(DecodeStep step, int fromIndex, int toIndex, OrtRunOptions options) {
        int first = step.rows()[fromIndex], count = step.rows()[toIndex - 1] - first + 1;
        for (int r = first, i = fromIndex; r < first + count; r++) {
            boolean asked = step.rows()[i] == r;
            ids.data().setAtIndex(JAVA_LONG, r - first, asked ? step.tokens()[i] : 0);
            if (asked) i++;
        }
        OrtBinding binding = bindings.rows(first, count);
        try (OrtTensor input = ids.view(0, count, 1);
                OrtTensor scores = stepScores.view((long) first * vocab(), count, 1, vocab())) {
            binding.bindInput(names.inputIds(), input);
            positions.step(binding, step.held(), first, count);
            binding.bindOutput(names.logits(), scores);
            binding.run(options);
        }
        for (int i = fromIndex; i < toIndex; i++) fromPrompt[step.rows()[i]] = false;
    }

    @Override
    public MemorySegment scores(int row) {
        long bytes = vocab() * JAVA_FLOAT.byteSize();
        return fromPrompt[row] ? promptScores(row).data() : stepScores.data().asSlice(row * bytes, bytes);
    }

    @Override
    public void scores(int row, MemorySegment values) {
        promptScores(row).data().copyFrom(values);
        fromPrompt[row] = true;
    }

    @Override
    public int best(int row) {
        return HighestScore.of(scores(row), vocab());
    }

    private OrtTensor promptScores(int row) {
        OrtTensor found = promptScores[row];
        if (found == null) promptScores[row] = found = OrtTensor.allocate(ElementType.FLOAT32, vocab());
        return found;
    }

    private OrtTensor allScores(int positions) {
        OrtTensor found = allScores;
        long elements = (long) positions * vocab();
        if (found != null && found.data().byteSize() >= elements * JAVA_FLOAT.byteSize()) return found;
        if (found != null) found.close();
        allScores = found = OrtTensor.reserve(ElementType.FLOAT32, elements);
        return found;
    }

    @Override
    public void close() {
        bindings.close();
        List<OrtTensor> tensors = new ArrayList<>(List.of(ids, stepScores));
        for (OrtTensor t : promptScores) if (t != null) tensors.add(t);
        if (allScores != null) tensors.add(allScores);
        tensors.forEach(OrtTensor::close);
        positions.close();
        kv.close();
        session.close();
    }
}
