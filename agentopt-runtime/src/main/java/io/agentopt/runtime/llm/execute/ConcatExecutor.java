package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.kv.ConcatKv;
import io.agentopt.runtime.llm.kv.HostTensors;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.PackSession;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A decoder on the CPU whose runs give back past and appended keys and values as new tensors, as exporters without fused
 * attention write it. One row a run: rows of different lengths have no common past tensor.
 *
 * <p>How several tokens are appended is found by a trial when the model is loaded, see {@link Appending}. Merged models (with {@link
 * ModelPack.Decoder#cacheSwitch}) never get several tokens behind a cache: that graph of theirs was traced for one.
 */
public final class ConcatExecutor implements DecoderExecutor {
    private final ModelPack pack;
    private final ModelPack.Decoder names;
    private final Owned owned;
    private final DecoderNames tensors;
    private final ConcatKv kv;
    private final List<RunInput> inputs;
    private final OrtTensor ids; // [capacity]
    private final PromptScores scores;
    private final OrtBinding binding;
    private Appending appending = Appending.CHUNKS;

    private ConcatExecutor(
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
        tensors = DecoderNames.check(pack, names, session);
        kv = owned.add(new ConcatKv(tensors.shape(), rows, capacity, memory));
        inputs = RunInput.of(names, session, 1, capacity, memory, owned);
        ids = owned.add(memory.reserve(tensors.ids(), capacity));
        scores = owned.add(new PromptScores(rows, vocab(), names.lastOnly(), tensors.scores(), memory));
        binding = owned.add(OrtBinding.of(session));
    }

    /**
     * Loads a model.
     *
     * @param rows of the cache table; memory for one more is taken
     * @param capacity positions of a row, at most the model's context
     * @param memory where caches, inputs and scores come from
     * @throws io.agentopt.runtime.llm.pack.ModelPackException if the pack has a defect
     */
    public static ConcatExecutor open(
            ModelPack pack,
            ModelPack.Decoder layout,
            SessionSettings settings,
            int rows,
            int capacity,
            HostTensors memory) {
        Owned owned = new Owned();
        try {
            ConcatExecutor executor = new ConcatExecutor(pack, layout, settings, rows, capacity, memory, owned);
            executor.appending = executor.trial();
            return executor;
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    private Appending trial() {
        int n = Math.min(Math.min(Appending.TRIAL, kv.capacity()), vocab());
        if (n < Appending.TRIAL) return Appending.SINGLE; // too little to try with, and to gain
        int[] tokens = IntStream.range(0, n).toArray();
        try (OrtRunOptions options = OrtRunOptions.create()) {
            for (int i = 0; i < n; i++) run(0, tokens, i, i + 1, options);
            float[] single = scores(0).toArray(JAVA_FLOAT);
            run(0, tokens, 0, n, options);
            float[] whole = scores(0).toArray(JAVA_FLOAT);
            if (names.cacheSwitch().isPresent()) return Appending.of(single, whole, new float[] {Float.NaN});
            run(0, tokens, 0, n / 2, options);
            run(0, tokens, n / 2, n, options);
            return Appending.of(single, whole, scores(0).toArray(JAVA_FLOAT));
        } catch (OrtException e) {
            throw new ModelPackException(
                    "The model '" + pack.id() + "' in " + pack.folder() + " does not run on " + n + " tokens. "
                            + e.getMessage(),
                    e);
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
        return 1;
    }

    @Override
    public void prefill(int row, int[] tokens, int from, int to, OrtRunOptions options) {
        switch (appending) {
            case CHUNKS -> run(row, tokens, from, to, options);
            case WHOLE -> run(row, tokens, to - from > 1 ? 0 : from, to, options);
            case SINGLE -> {
                for (int i = from; i < to; i++) run(row, tokens, i, i + 1, options);
            }
        }
    }

    private void run(int row, int[] tokens, int from, int to, OrtRunOptions options) {
        for (int i = from; i < to; i++) ids.set(i - from, tokens[i]);
        for (RunInput input : inputs) input.prompt(binding, from, to);
        append(row, from, to, options);
    }

    @Override
    public void decode(DecodeStep step, OrtRunOptions options) {
        for (int i = 0; i < step.rows().length; i++) {
            int row = step.rows()[i], held = step.held()[row];
            ids.set(0, step.tokens()[i]);
            for (RunInput input : inputs) input.prompt(binding, held, held + 1);
            append(row, held, held + 1, options);
        }
    }

    private void append(int row, int from, int to, OrtRunOptions options) {
        for (int i = 0; i < tensors.past().size(); i++) {
            try (OrtTensor past = kv.past(row, i, from);
                    OrtTensor present = kv.present(i, to)) { // stay alive while bound
                binding.bindInput(tensors.past().get(i), past);
                binding.bindOutput(tensors.present().get(i), present);
            }
        }
        scores.during(row, to - from, room -> {
            try (OrtTensor input = ids.view(0, 1, to - from)) {
                binding.bindInput(names.inputIds(), input);
                binding.bindOutput(names.logits(), room);
                binding.run(options);
            }
        });
        kv.accept(row, to);
    }

    @Override
    public MemorySegment scores(int row) {
        return scores.of(row).data();
    }

    @Override
    public void scores(int row, MemorySegment values) {
        scores.of(row).data().copyFrom(values);
    }

    @Override
    public int best(int row) {
        return HighestScore.of(scores(row), vocab());
    }

    /** {@return how it appends several tokens, for tests} */
    Appending appending() {
        return appending;
    }

    @Override
    public void close() {
        owned.close();
    }
}
