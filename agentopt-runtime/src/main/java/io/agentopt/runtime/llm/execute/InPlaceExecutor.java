package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.kv.HostKv;
import io.agentopt.runtime.llm.kv.HostTensors;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.PackSession;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A GroupQueryAttention decoder on the CPU. Past and present are the same memory, so a run writes only the appended
 * positions. A decode of several rows is one run over the neighbours from the first to the last; rows between that have
 * nothing to append get a token behind what they hold, where nobody reads.
 */
public final class InPlaceExecutor implements DecoderExecutor {
    private final ModelPack pack;
    private final ModelPack.Decoder names;
    private final Owned owned;
    private final HostKv kv;
    private final RowBindings bindings;
    private final OrtTensor ids; // as many as a step or a prompt needs
    private final List<RunInput> inputs;
    private final OrtTensor stepScores; // [rows * vocab], as the model writes them
    private final Optional<OrtTensor> widened; // float32, if it does not
    private final PromptScores promptScores;
    private final boolean[] fromPrompt; // by row: whether its scores are those of a prompt

    private InPlaceExecutor(
            ModelPack pack,
            ModelPack.Decoder names,
            SessionSettings settings,
            int rows,
            int capacity,
            HostTensors memory,
            Owned owned) {
        this.pack = pack;
        this.names = names;
        this.owned = owned;
        OrtSession session = owned.add(PackSession.open(pack, settings));
        DecoderNames tensors = DecoderNames.check(pack, names, session);
        kv = owned.add(new HostKv(tensors.shape(), rows, capacity, memory));
        ids = owned.add(memory.reserve(tensors.ids(), Math.max(rows, capacity)));
        inputs = RunInput.of(names, session, rows, capacity, memory, owned);
        stepScores = owned.add(memory.reserve(tensors.scores(), (long) rows * vocab()));
        widened = tensors.scores() == ElementType.FLOAT32
                ? Optional.empty()
                : Optional.of(owned.add(memory.reserve(ElementType.FLOAT32, (long) rows * vocab())));
        promptScores = owned.add(new PromptScores(rows, vocab(), names.lastOnly(), tensors.scores(), memory));
        bindings = owned.add(new RowBindings(session, kv::view, tensors));
        fromPrompt = new boolean[rows];
    }

    /**
     * Loads a model.
     *
     * @param rows of the cache table
     * @param capacity positions of a row, at most the model's context
     * @param memory where caches, inputs and scores come from
     * @throws io.agentopt.runtime.llm.pack.ModelPackException if the pack has a defect
     */
    public static InPlaceExecutor open(
            ModelPack pack,
            ModelPack.Decoder layout,
            SessionSettings settings,
            int rows,
            int capacity,
            HostTensors memory) {
        Owned owned = new Owned();
        try {
            return new InPlaceExecutor(pack, layout, settings, rows, capacity, memory, owned);
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
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
        for (int i = 0; i < n; i++) ids.set(i, tokens[from + i]);
        OrtBinding binding = bindings.rows(row, 1);
        for (RunInput input : inputs) input.prompt(binding, from, to);
        promptScores.during(row, n, scores -> {
            try (OrtTensor input = ids.view(0, 1, n)) {
                binding.bindInput(names.inputIds(), input);
                binding.bindOutput(names.logits(), scores);
                binding.run(options);
            }
        });
        fromPrompt[row] = true;
    }

    @Override
    public PromptSharing promptSharing() {
        return names.lastOnly() ? PromptSharing.EQUAL_LENGTHS : PromptSharing.ANY_LENGTHS;
    }

    @Override
    public void prefill(int firstRow, List<int[]> prompts, OrtRunOptions options) {
        int[] lengths = prompts.stream().mapToInt(p -> p.length).toArray();
        requireShared(lengths);
        int count = lengths.length, longest = RunInput.longest(lengths);
        for (int i = 0, at = 0; i < count; i++) {
            for (int p = 0; p < longest; p++, at++) {
                ids.set(at, p < lengths[i] ? prompts.get(i)[p] : 0);
            }
        }
        OrtBinding binding = bindings.rows(firstRow, count);
        for (RunInput input : inputs) input.prompts(binding, lengths);
        promptScores.during(firstRow, lengths, scores -> {
            try (OrtTensor input = ids.view(0, count, longest)) {
                binding.bindInput(names.inputIds(), input);
                binding.bindOutput(names.logits(), scores);
                binding.run(options);
            }
        });
        for (int r = firstRow; r < firstRow + count; r++) fromPrompt[r] = true;
    }

    private void requireShared(int[] lengths) {
        boolean fits = lengths.length > 0
                && Arrays.stream(lengths).allMatch(n -> n > 0 && promptSharing().allows(lengths[0], n))
                && (long) lengths.length * RunInput.longest(lengths) <= kv.capacity();
        if (fits) return;
        throw new IllegalArgumentException("Prompts of " + Arrays.toString(lengths)
                + " tokens cannot share a run of model '" + pack.id() + "', which takes " + promptSharing()
                + ", and as many times the longest as " + kv.capacity() + " tokens. Fill them one at a time.");
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
            ids.set(r - first, asked ? step.tokens()[i] : 0);
            if (asked) i++;
        }
        OrtBinding binding = bindings.rows(first, count);
        for (RunInput input : inputs) input.step(binding, first, count, step.held());
        try (OrtTensor input = ids.view(0, count, 1);
                OrtTensor scores = stepScores.view((long) first * vocab(), count, 1, vocab())) {
            binding.bindInput(names.inputIds(), input);
            binding.bindOutput(names.logits(), scores);
            binding.run(options);
        }
        for (int i = fromIndex; i < toIndex; i++) {
            int row = step.rows()[i];
            fromPrompt[row] = false;
            if (widened.isEmpty()) continue;
            MemorySegment halves = stepScores.data().asSlice((long) row * vocab() * ElementType.FLOAT16.bytes());
            HalfScores.widen(halves, stepScores(row), vocab());
        }
    }

    @Override
    public MemorySegment scores(int row) {
        return fromPrompt[row] ? promptScores.of(row).data() : stepScores(row);
    }

    private MemorySegment stepScores(int row) {
        long bytes = vocab() * JAVA_FLOAT.byteSize();
        return widened.orElse(stepScores).data().asSlice(row * bytes, bytes);
    }

    @Override
    public void scores(int row, MemorySegment values) {
        promptScores.of(row).data().copyFrom(values);
        fromPrompt[row] = true;
    }

    @Override
    public int best(int row) {
        return HighestScore.of(scores(row), vocab());
    }

    @Override
    public void close() {
        owned.close();
    }
}
