package io.agentopt.benchmarks.llm;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A decoder with random float16 weights as exporters write it for GPUs: queries, keys and values by one matrix, norms that add,
 * lengths instead of a mask, scores of the last token only, in float32 or as they are.
 */
final class HalfDecoder {
    private static final String IDS = "input_ids", BEFORE = "seqlens_k", TOTAL = "total_len", LAST = "last_idx";
    private static final Map<String, Object> EPSILON = Map.of("epsilon", 1e-5f);

    private final DecoderShape shape;
    private final boolean packed;
    private final boolean halfScores;
    private final Activation activation;
    private final OnnxWriter w = new OnnxWriter("random half decoder");
    private final WeightFile weights = new WeightFile();

    /** By which operators the gated activation is written. */
    enum Activation {
        /** Those of ONNX, as exporters write them: {@code Split}, {@code Sigmoid}, {@code Mul}, {@code Mul}. */
        PLAIN,
        /** The one of the domain {@code agentopt}, which only this library's sessions have. */
        OWN
    }

    private HalfDecoder(DecoderShape shape, boolean packed, boolean halfScores, Activation activation) {
        this.shape = shape;
        this.packed = packed;
        this.halfScores = halfScores;
        this.activation = activation;
    }

    /**
     * {@return the pack of the model, written under the folder}
     *
     * @param packed whether gate and up are one matrix
     * @param halfScores whether the scores are float16
     */
    static ModelPack pack(
            Path root, String id, DecoderShape shape, boolean packed, boolean halfScores, Activation activation) {
        Path folder = root.resolve(id);
        HalfDecoder decoder = new HalfDecoder(shape, packed, halfScores, activation);
        try {
            Files.createDirectories(folder);
            decoder.graph();
            decoder.weights.write(folder);
            Files.write(folder.resolve("model.onnx"), decoder.w.model());
        } catch (IOException e) {
            throw new UncheckedIOException("The model cannot be written to " + folder + ": " + e.getMessage(), e);
        }
        String inputs = "\"inputIds\":\"%s\",\"lastPositions\":\"%s\",\"totalLength\":\"%s\",\"lastIndex\":\"%s\""
                .formatted(IDS, BEFORE, TOTAL, LAST);
        return PackFile.write(folder, id, shape, "fp16", "fp16", inputs);
    }

    private void graph() {
        int half = shape.headDim() / 2;
        w.input(IDS, OnnxWriter.INT64, "batch", "sequence").input(BEFORE, OnnxWriter.INT32, "batch");
        w.input(TOTAL, OnnxWriter.INT32, 1).input(LAST, OnnxWriter.INT64, 1);
        w.output("logits", halfScores ? OnnxWriter.FLOAT16 : OnnxWriter.FLOAT, "batch", 1, shape.vocab());
        weights.declareHalf(w, "embedding", Math.sqrt(3), shape.vocab(), shape.hidden());
        weights.declare(w, "gain", WeightFile.Type.HALF, i -> 1, shape.hidden());
        weights.declare(w, "cos", WeightFile.Type.HALF, i -> (float) Math.cos(angle(i, half)), shape.context(), half);
        weights.declare(w, "sin", WeightFile.Type.HALF, i -> (float) Math.sin(angle(i, half)), shape.context(), half);
        String x = w.node("Gather", "x", List.of("embedding", IDS), Map.of()), mlp = "";
        for (int layer = 0; layer < shape.layers(); layer++) {
            String p = "l" + layer + ".";
            x = norm(x, mlp, p + "n1", p + "x");
            attention(p, layer);
            x = norm(x, p + "o", p + "n2", p + "x2");
            mlp = feedForward(p);
        }
        norm(x, mlp, "final", "xlast");
        w.node("Gather", "lastX", List.of("final", LAST), Map.of("axis", 1L));
        weights.declareHalf(w, "half.w", Math.sqrt(3.0 / shape.hidden()), shape.hidden(), shape.vocab());
        w.node("MatMul", halfScores ? "logits" : "half", List.of("lastX", "half.w"), Map.of());
        if (!halfScores) w.node("Cast", "logits", List.of("half"), Map.of("to", (long) OnnxWriter.FLOAT));
    }

    private static double angle(long index, int half) {
        long position = index / half;
        return position * Math.pow(10_000, -(double) (index % half) / half);
    }

    /** The norm of {@code x + added}, and that sum. {@return the sum's name} */
    private String norm(String x, String added, String out, String sum) {
        if (added.isEmpty()) {
            w.node(
                    "",
                    "SimplifiedLayerNormalization",
                    List.of(out),
                    List.of(x, "gain"),
                    Map.of("axis", -1L, "epsilon", 1e-5f));
            return x;
        }
        w.node(
                OnnxWriter.MICROSOFT,
                "SkipSimplifiedLayerNormalization",
                List.of(out, "", "", sum),
                List.of(x, added, "gain"),
                EPSILON);
        return sum;
    }

    private void attention(String p, int layer) {
        String key = RandomDecoder.present(layer, "key"), value = RandomDecoder.present(layer, "value");
        String pastKey = RandomDecoder.past(layer, "key"), pastValue = RandomDecoder.past(layer, "value");
        for (String past : List.of(pastKey, pastValue))
            w.input(past, OnnxWriter.FLOAT16, "batch", shape.kvHeads(), "capacity", shape.headDim());
        for (String present : List.of(key, value))
            w.output(present, OnnxWriter.FLOAT16, "batch", shape.kvHeads(), "capacity", shape.headDim());
        matmul(p + "n1", p + "qkv", shape.hidden(), shape.hidden() + 2 * shape.kvWidth());
        w.node(
                OnnxWriter.MICROSOFT,
                "GroupQueryAttention",
                List.of(p + "att", key, value),
                List.of(p + "qkv", "", "", pastKey, pastValue, BEFORE, TOTAL, "cos", "sin"),
                Map.of("num_heads", (long) shape.heads(), "kv_num_heads", (long) shape.kvHeads(), "do_rotary", 1L));
        matmul(p + "att", p + "o", shape.hidden(), shape.hidden());
    }

    private String feedForward(String p) {
        String gate = p + "gate", up = p + "up", both = p + "gateUp", gated = p + "gu";
        if (packed) {
            matmul(p + "n2", both, shape.hidden(), 2 * shape.ffn());
        } else {
            matmul(p + "n2", gate, shape.hidden(), shape.ffn());
            matmul(p + "n2", up, shape.hidden(), shape.ffn());
        }
        switch (activation) {
            case OWN -> {
                List<String> in = packed ? List.of(both) : List.of(gate, up);
                w.node(OnnxWriter.AGENTOPT, packed ? "SwiGlu" : "SiluMul", List.of(gated), in, Map.of());
            }
            case PLAIN -> {
                if (packed)
                    w.node("", "Split", List.of(gate, up), List.of(both), Map.of("axis", -1L, "num_outputs", 2L));
                w.node("Sigmoid", p + "s", List.of(gate), Map.of());
                w.node("Mul", p + "silu", List.of(gate, p + "s"), Map.of());
                w.node("Mul", gated, List.of(p + "silu", up), Map.of());
            }
        }
        matmul(gated, p + "down", shape.ffn(), shape.hidden());
        return p + "down";
    }

    private void matmul(String x, String out, int from, int to) {
        weights.declareHalf(w, out + ".w", Math.sqrt(3.0 / from), from, to);
        w.node("MatMul", out, List.of(x, out + ".w"), Map.of());
    }
}
