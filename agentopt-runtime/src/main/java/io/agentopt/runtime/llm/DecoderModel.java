package io.agentopt.runtime.llm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A decoder's session with the tensors that all requests share: token ids, a mask of ones, and the prompt's scores where the
 * model gives those of every position. Only the engine's lane runs it, so one set is enough.
 */
final class DecoderModel implements AutoCloseable {
    /** Names of one past tensor and of the present tensor that replaces it. */
    record KvNames(String past, String present) {}

    private final ModelPack pack;
    private final ModelPack.Decoder names;
    private final OrtSession session;
    private final List<KvNames> kvNames = new ArrayList<>();
    private final ElementType kvType;
    private final OrtTensor ids;
    private final OrtTensor oneId;
    private final OrtTensor mask;
    private @Nullable OrtTensor promptLogits; // [positions * vocab], grown when a longer prompt comes

    DecoderModel(ModelPack pack, ModelPack.Decoder names, SessionSettings settings) {
        this.pack = pack;
        this.names = names;
        session = open(pack, settings);
        try {
            kvType = checkShapes();
            long capacity = capacity();
            ids = OrtTensor.allocate(ElementType.INT64, 1, capacity);
            mask = OrtTensor.allocate(ElementType.INT64, 1, capacity);
            for (long i = 0; i < capacity; i++) mask.data().setAtIndex(JAVA_LONG, i, 1);
            oneId = ids.view(0, 1, 1);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /** Opens a pack's ONNX file; a broken one is a defect of the pack. */
    static OrtSession open(ModelPack pack, SessionSettings settings) {
        try {
            return OrtSession.open(pack.onnx(), settings);
        } catch (OrtException e) {
            String size;
            try {
                size = Files.size(pack.onnx()) + " bytes";
            } catch (IOException gone) {
                size = "gone";
            }
            throw new ModelPackException(
                    "The ONNX file " + pack.onnx() + " (" + size + ") of model '" + pack.id()
                            + "' cannot be loaded; it may be truncated or need another device. Copy it again, or export it for this"
                            + " device. " + e.getMessage(),
                    e);
        }
    }

    static void require(
            ModelPack pack,
            Map<String, TensorSpec> specs,
            String side,
            String name,
            String wanted,
            ElementType type,
            long... dims) {
        TensorSpec spec = specs.get(name);
        if (spec == null) {
            throw new ModelPackException(
                    "The ONNX file " + pack.onnx() + " has no " + side + " '" + name + "', which the onnx section of "
                            + pack.folder().resolve(PackReader.FILE) + " names. It has " + specs.keySet() + ".");
        }
        boolean fits = spec.type() == type && spec.rank() == dims.length;
        for (int i = 0; fits && i < dims.length; i++)
            fits = dims[i] < 0 || spec.dims().get(i) < 0 || spec.dims().get(i) == dims[i];
        if (!fits) {
            throw new ModelPackException("The " + side + " '" + name + "' of " + pack.onnx() + " is " + spec
                    + " but model '" + pack.id() + "' needs " + wanted
                    + ". Correct the onnx and architecture sections of model.json, or export again.");
        }
    }

    private ElementType checkShapes() {
        ModelSpec spec = pack.spec();
        ElementType kv = switch (spec.kv()) {
            case FP32 -> ElementType.FLOAT32;
            case FP16 -> ElementType.FLOAT16;
            case BF16 -> ElementType.BFLOAT16;
            case FP8, INT8, INT4 ->
                throw new ModelPackException("The kvPrecision (" + spec.kv().id() + ") of model '" + pack.id()
                        + "' is not supported; use " + Precision.FP32.id() + ", fp16 or bf16.");
        };
        require(
                pack,
                session.inputs(),
                "input",
                names.inputIds(),
                "int64 [batch, sequence]",
                ElementType.INT64,
                -1,
                -1);
        require(
                pack,
                session.inputs(),
                "input",
                names.attentionMask(),
                "int64 [batch, total]",
                ElementType.INT64,
                -1,
                -1);
        require(
                pack,
                session.outputs(),
                "output",
                names.logits(),
                "float32 [batch, positions, " + spec.vocab() + "]",
                ElementType.FLOAT32,
                -1,
                -1,
                spec.vocab());
        String shape = kv + " [batch, " + spec.kvHeads() + ", capacity, " + spec.headDim() + "]";
        for (int layer = 0; layer < spec.layers(); layer++) {
            add(names.pastKey(), names.presentKey(), layer);
            add(names.pastValue(), names.presentValue(), layer);
        }
        for (KvNames n : kvNames) {
            require(pack, session.inputs(), "input", n.past(), shape, kv, -1, spec.kvHeads(), -1, spec.headDim());
            require(pack, session.outputs(), "output", n.present(), shape, kv, -1, spec.kvHeads(), -1, spec.headDim());
        }
        int known = kvNames.size();
        if (session.inputs().size() != known + 2 || session.outputs().size() != known + 1) {
            throw new ModelPackException(
                    "The ONNX file " + pack.onnx() + " has inputs and outputs that model.json does not name (inputs "
                            + session.inputs().keySet() + ", outputs "
                            + session.outputs().keySet() + "); architecture.layers ("
                            + spec.layers() + ") may be too low.");
        }
        return kv;
    }

    private void add(String past, String present, int layer) {
        kvNames.add(new KvNames(past.formatted(layer), present.formatted(layer)));
    }

    OrtSession session() {
        return session;
    }

    List<KvNames> kvNames() {
        return kvNames;
    }

    /** {@return tokens that a slot holds} */
    int capacity() {
        return pack.spec().maxContext();
    }

    OrtTensor allocateKv() {
        return OrtTensor.allocate(
                kvType, 1, pack.spec().kvHeads(), capacity(), pack.spec().headDim());
    }

    OrtTensor allocateLogits() {
        return OrtTensor.allocate(ElementType.FLOAT32, 1, 1, pack.spec().vocab());
    }

    /** Binds what steps share: the one token and the scores of the last position. */
    void bindStep(OrtBinding binding, OrtTensor last) {
        binding.bindInput(names.inputIds(), oneId);
        binding.bindOutput(names.logits(), last);
    }

    void runPrompt(OrtBinding binding, OrtTensor last, int[] tokens, OrtRunOptions options) {
        int n = tokens.length;
        for (int i = 0; i < n; i++) ids.data().setAtIndex(JAVA_LONG, i, tokens[i]);
        long vocab = pack.spec().vocab();
        try (OrtTensor input = ids.view(0, 1, n);
                OrtTensor ones = mask.view(0, 1, n);
                OrtTensor scores = names.lastOnly()
                        ? last.view(0, 1, 1, vocab)
                        : promptLogits(n * vocab).view(0, 1, n, vocab)) {
            binding.bindInput(names.inputIds(), input);
            binding.bindInput(names.attentionMask(), ones);
            binding.bindOutput(names.logits(), scores);
            binding.run(options);
            if (!names.lastOnly()) {
                MemorySegment.copy(scores.data(), (n - 1) * vocab * Float.BYTES, last.data(), 0, vocab * Float.BYTES);
            }
        } finally {
            bindStep(binding, last);
        }
    }

    void runStep(OrtBinding binding, int token, int position, OrtRunOptions options) {
        ids.data().set(JAVA_LONG, 0, token);
        try (OrtTensor ones = mask.view(0, 1, position + 1L)) {
            binding.bindInput(names.attentionMask(), ones);
        }
        binding.run(options);
    }

    private OrtTensor promptLogits(long elements) {
        OrtTensor found = promptLogits;
        if (found != null && found.data().byteSize() >= elements * Float.BYTES) return found;
        if (found != null) found.close();
        found = OrtTensor.allocate(ElementType.FLOAT32, elements);
        promptLogits = found;
        return found;
    }

    @Override
    public void close() {
        oneId.close();
        ids.close();
        mask.close();
        if (promptLogits != null) promptLogits.close();
        session.close();
    }
}
