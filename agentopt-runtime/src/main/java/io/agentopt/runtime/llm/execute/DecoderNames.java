package io.agentopt.runtime.llm.execute;

import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.TensorSpec;
import io.agentopt.runtime.llm.kv.KvShape;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.PackSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Names of a decoder's cache tensors, layer by layer, the key before the value, after a comparison of the session with the
 * pack.
 *
 * @param ids type of the tokens, int32 or int64
 * @param past inputs
 * @param present outputs that replace them
 * @param scores what the scores are written as: float32 or float16
 */
record DecoderNames(KvShape shape, ElementType ids, List<String> past, List<String> present, ElementType scores) {
    /** @throws ModelPackException if an input or output is missing, unknown, or has another type or shape */
    static DecoderNames check(ModelPack pack, ModelPack.Decoder names, OrtSession session) {
        ModelSpec spec = pack.spec();
        ElementType kv = type(pack);
        Set<String> known = new TreeSet<>(Set.of(names.inputIds()));
        ElementType ids =
                PackSession.requireIndices(pack, session.inputs(), names.inputIds(), "[batch, sequence]", -1, -1);
        switch (names.lengths()) {
            case ModelPack.Mask(String mask) -> {
                known.add(mask);
                PackSession.requireIndices(pack, session.inputs(), mask, "[batch, total]", -1, -1);
            }
            case ModelPack.Counts counts -> {
                known.add(counts.lastPositions());
                known.add(counts.total());
                requireCounts(pack, counts, session);
                counts.lastIndex().ifPresent(last -> {
                    known.add(last);
                    PackSession.require(pack, session.inputs(), "input", last, "int64 [1]", ElementType.INT64, 1);
                });
            }
        }
        names.positionIds().ifPresent(positions -> {
            known.add(positions);
            PackSession.requireIndices(pack, session.inputs(), positions, "[batch, sequence]", -1, -1);
        });
        names.cacheSwitch().ifPresent(on -> {
            known.add(on);
            PackSession.require(pack, session.inputs(), "input", on, "bool [1]", ElementType.BOOL, 1);
        });
        TensorSpec logits = session.outputs().get(names.logits());
        boolean halves = logits != null && logits.type() == ElementType.FLOAT16;
        ElementType scores = halves ? ElementType.FLOAT16 : ElementType.FLOAT32;
        PackSession.require(
                pack,
                session.outputs(),
                "output",
                names.logits(),
                "float32 or float16 [batch, positions, " + spec.vocab() + "]",
                scores,
                -1,
                -1,
                spec.vocab());
        List<String> past = new ArrayList<>(), present = new ArrayList<>();
        int layers = Math.min(spec.layers(), session.inputs().size()); // more cannot be, and are refused below by name
        for (int layer = 0; layer < layers; layer++) {
            past.add(names.pastKey().formatted(layer));
            past.add(names.pastValue().formatted(layer));
            present.add(names.presentKey().formatted(layer));
            present.add(names.presentValue().formatted(layer));
        }
        String positions = names.wiring() == ModelPack.Wiring.IN_PLACE ? "capacity" : "positions";
        String shape = kv + " [batch, " + spec.kvHeads() + ", " + positions + ", " + spec.headDim() + "]";
        for (String p : past) {
            PackSession.require(pack, session.inputs(), "input", p, shape, kv, -1, spec.kvHeads(), -1, spec.headDim());
        }
        for (String p : present) {
            PackSession.require(
                    pack, session.outputs(), "output", p, shape, kv, -1, spec.kvHeads(), -1, spec.headDim());
        }
        known.addAll(past);
        Set<String> results = new TreeSet<>(present);
        results.add(names.logits());
        refuseOthers(pack, "inputs", session.inputs().keySet(), known);
        refuseOthers(pack, "outputs", session.outputs().keySet(), results);
        return new DecoderNames(KvShape.of(spec, kv), ids, List.copyOf(past), List.copyOf(present), scores);
    }

    private static void requireCounts(ModelPack pack, ModelPack.Counts counts, OrtSession session) {
        TensorSpec last = session.inputs().get(counts.lastPositions());
        long[] dims = last != null && last.rank() == 2 ? new long[] {-1, 1} : new long[] {-1};
        PackSession.require(
                pack,
                session.inputs(),
                "input",
                counts.lastPositions(),
                "int32 [batch] or [batch, 1]",
                ElementType.INT32,
                dims);
        TensorSpec total = session.inputs().get(counts.total());
        dims = total != null && total.rank() == 0 ? new long[0] : new long[] {1};
        PackSession.require(
                pack, session.inputs(), "input", counts.total(), "int32, one number", ElementType.INT32, dims);
    }

    private static void refuseOthers(ModelPack pack, String side, Set<String> found, Set<String> known) {
        Set<String> others = new TreeSet<>(found);
        others.removeAll(known);
        if (others.isEmpty()) return;
        throw new ModelPackException("The ONNX file " + pack.onnx() + " has " + side
                + " that nobody would give or take: " + others
                + ". This version knows tokens, an attention mask or lengths,"
                + " position ids, a cache switch, and keys and values; if these are more layers, architecture.layers ("
                + pack.spec().layers() + ") may be too low. Otherwise export without them.");
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

    /** A view of some neighbouring rows of a cache tensor. */
    @FunctionalInterface
    interface CacheView {
        OrtTensor of(int tensor, int firstRow, int count);
    }

    /** {@return a binding of neighbouring rows as past and present at once; nothing else is bound} */
    OrtBinding bind(OrtSession session, CacheView caches, int firstRow, int count) {
        OrtBinding made = OrtBinding.of(session);
        try {
            for (int i = 0; i < past.size(); i++) {
                try (OrtTensor view = caches.of(i, firstRow, count)) { // stays alive while bound
                    made.bindInput(past.get(i), view);
                    made.bindOutput(present.get(i), view);
                }
            }
            return made;
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
    }
}
