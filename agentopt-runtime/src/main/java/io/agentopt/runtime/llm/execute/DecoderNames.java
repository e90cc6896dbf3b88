package io.agentopt.runtime.llm.execute;

import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.llm.kv.KvShape;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.PackSession;
import java.util.ArrayList;
import java.util.List;

/**
 * Names of a decoder's cache tensors, layer by layer, the key before the value, after a comparison of the session with the
 * pack.
 *
 * @param past inputs
 * @param present outputs that replace them
 */
record DecoderNames(KvShape shape, List<String> past, List<String> present) {
    /** @throws ModelPackException if an input or output is missing, unknown, or has another type or shape */
    static DecoderNames check(ModelPack pack, ModelPack.Decoder names, OrtSession session) {
        ModelSpec spec = pack.spec();
        ElementType kv = type(pack);
        ElementType id = ElementType.INT64;
        PackSession.require(pack, session.inputs(), "input", names.inputIds(), "int64 [batch, sequence]", id, -1, -1);
        int positionInputs = positions(pack, names, session);
        PackSession.require(
                pack,
                session.outputs(),
                "output",
                names.logits(),
                "float32 [batch, positions, " + spec.vocab() + "]",
                ElementType.FLOAT32,
                -1,
                -1,
                spec.vocab());
        List<String> past = new ArrayList<>(), present = new ArrayList<>();
        for (int layer = 0; layer < spec.layers(); layer++) {
            past.add(names.pastKey().formatted(layer));
            past.add(names.pastValue().formatted(layer));
            present.add(names.presentKey().formatted(layer));
            present.add(names.presentValue().formatted(layer));
        }
        String shape = kv + " [batch, " + spec.kvHeads() + ", capacity, " + spec.headDim() + "]";
        for (String p : past) {
            PackSession.require(pack, session.inputs(), "input", p, shape, kv, -1, spec.kvHeads(), -1, spec.headDim());
        }
        for (String p : present) {
            PackSession.require(
                    pack, session.outputs(), "output", p, shape, kv, -1, spec.kvHeads(), -1, spec.headDim());
        }
        if (session.inputs().size() != past.size() + 1 + positionInputs
                || session.outputs().size() != present.size() + 1) {
            throw new ModelPackException(
                    "The ONNX file " + pack.onnx() + " has inputs and outputs that model.json does not name (inputs "
                            + session.inputs().keySet() + ", outputs "
                            + session.outputs().keySet() + "); architecture.layers ("
                            + spec.layers() + ") may be too low.");
        }
        return new DecoderNames(KvShape.of(spec, kv), List.copyOf(past), List.copyOf(present));
    }

    /** {@return how many inputs say where tokens lie} */
    private static int positions(ModelPack pack, ModelPack.Decoder names, OrtSession session) {
        if (names.lengths().isEmpty()) {
            PackSession.require(
                    pack,
                    session.inputs(),
                    "input",
                    names.attentionMask(),
                    "int64 [batch, total]",
                    ElementType.INT64,
                    -1,
                    -1);
            return 1;
        }
        ModelPack.Lengths lengths = names.lengths().get();
        PackSession.require(pack, session.inputs(), "input", lengths.before(), "int32 [batch]", ElementType.INT32, -1);
        PackSession.require(pack, session.inputs(), "input", lengths.total(), "int32 [1]", ElementType.INT32, 1);
        PackSession.require(pack, session.inputs(), "input", lengths.last(), "int64 [1]", ElementType.INT64, 1);
        return 3;
    }

    private static ElementType type(ModelPack pack) {
        Precision kv = pack.spec().kv();
        return switch (kv) {
            case FP32 -> ElementType.FLOAT32;
            case FP16 -> ElementType.FLOAT16;
            case BF16 -> ElementType.BFLOAT16;
            case FP8, INT8, INT4 ->
                throw new ModelPackException("The kvPrecision (" + kv.id() + ") of model '" + pack.id()
                        + "' is not supported; use " + Precision.FP32.id() + ", fp16 or bf16.");
        };
    }
}
