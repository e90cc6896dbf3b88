package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.kv.ConcatKv;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.PackSession;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A decoder on the CPU whose runs give back past and appended keys and values as new tensors, as exporters without fused
 * attention write it. One row a run: rows of different lengths have no common past tensor.
 *
 * <p>Merged models (with {@link ModelPack.Decoder#cacheSwitch}) hold two graphs, and the one with a cache was traced for one token,
 * without a causal mask among appended ones. So several tokens are appended by a run over the whole text up to them.
 */
public final class ConcatExecutor implements DecoderExecutor {
    private final ModelPack pack;
    private final ModelPack.Decoder names;
    private final OrtSession session;
    private final DecoderNames tensors;
    private final ConcatKv kv;
    private final List<RunInput> inputs;
    private final OrtTensor ids; // int64 [capacity]
    private final PromptScores scores;
    private final OrtBinding binding;

    private ConcatExecutor(
            ModelPack pack, ModelPack.Decoder names, OrtSession session, DecoderNames tensors, int rows, int capacity) {
        this.pack = pack;
        this.names = names;
        this.session = session;
        this.tensors = tensors;
        kv = new ConcatKv(tensors.shape(), rows, capacity);
        inputs = RunInput.of(names, session, 1, capacity);
        ids = OrtTensor.reserve(ElementType.INT64, capacity);
        scores = new PromptScores(rows, vocab(), names.lastOnly());
        binding = OrtBinding.of(session);
    }

    /**
     * Loads a model.
     *
     * @param rows of the cache table; memory for one more is taken
     * @param capacity positions of a row, at most the model's context
     * @throws io.agentopt.runtime.llm.pack.ModelPackException if the pack has a defect
     */
    public static ConcatExecutor open(
            ModelPack pack, ModelPack.Decoder layout, SessionSettings settings, int rows, int capacity) {
        OrtSession session = PackSession.open(pack, settings);
        try {
            return new ConcatExecutor(pack, layout, session, DecoderNames.check(pack, layout, session), rows, capacity);
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
        return 1;
    }

    @Override
    public void prefill(int row, int[] tokens, int from, int to, OrtRunOptions options) {
        int first = names.cacheSwitch().isPresent() && to - from > 1 ? 0 : from;
        for (int i = first; i < to; i++) ids.data().setAtIndex(JAVA_LONG, i - first, tokens[i]);
        for (RunInput input : inputs) input.prompt(binding, first, to);
        append(row, first, to, options);
    }

    @Override
    public void decode(DecodeStep step, OrtRunOptions options) {
        for (int i = 0; i < step.rows().length; i++) {
            int row = step.rows()[i], held = step.held()[row];
            ids.data().set(JAVA_LONG, 0, step.tokens()[i]);
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

    @Override
    public void close() {
        binding.close();
        inputs.forEach(RunInput::close);
        ids.close();
        scores.close();
        kv.close();
        session.close();
    }
}
