package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtTensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for one request: per layer a key and a value tensor [1, kvHeads, capacity, headDim], bound as past and as present
 * of one binding, so that a run appends to them in place; and the scores of the last position [1, 1, vocab].
 */
final class KvSlot implements AutoCloseable {
    private final DecoderModel model;
    private final List<OrtTensor> kv = new ArrayList<>();
    private final OrtTensor logits;
    private final OrtBinding binding;

    KvSlot(DecoderModel model) {
        this.model = model;
        logits = model.allocateLogits();
        binding = OrtBinding.of(model.session());
        try {
            model.bindStep(binding, logits);
            for (DecoderModel.KvNames names : model.kvNames()) {
                OrtTensor tensor = model.allocateKv();
                kv.add(tensor);
                binding.bindInput(names.past(), tensor);
                binding.bindOutput(names.present(), tensor);
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            close();
            throw e;
        }
    }

    /** Fills positions 0 until {@code tokens.length} and leaves the scores of the last in {@link #logits()}. */
    void prefill(int[] tokens, OrtRunOptions options) {
        model.runPrompt(binding, logits, tokens, options);
    }

    /** Appends one token at {@code position} and leaves its scores in {@link #logits()}. */
    void step(int token, int position, OrtRunOptions options) {
        model.runStep(binding, token, position, options);
    }

    /** {@return keys and values, layer by layer, for tests} */
    List<OrtTensor> kv() {
        return kv;
    }

    MemorySegment logits() {
        return logits.data();
    }

    /** Copies the first {@code positions} of every head, and the scores, into a slot whose capacity may differ. */
    void copyTo(KvSlot other, int positions) {
        for (int i = 0; i < kv.size(); i++) {
            OrtTensor from = kv.get(i), to = other.kv.get(i);
            long heads = from.shape()[1], element = from.type().bytes() * from.shape()[3];
            long fromHead = from.shape()[2] * element, toHead = to.shape()[2] * element;
            for (long h = 0; h < heads; h++) {
                MemorySegment.copy(from.data(), h * fromHead, to.data(), h * toHead, positions * element);
            }
        }
        other.logits().copyFrom(logits());
    }

    @Override
    public void close() {
        binding.close();
        kv.forEach(OrtTensor::close);
        logits.close();
    }
}
