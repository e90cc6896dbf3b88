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
 * A decoder with random weights, written in several ways with the same weights: with GroupQueryAttention over a cache in
 * place, in float32 or with matrices in eight bits; and as exporters without such an operator write it, where every step
 * concatenates past and new keys and values.
 */
final class RandomDecoder {
    private static final String MASK = "attention_mask", IDS = "input_ids";

    /** How it is written. */
    private enum Form {
        IN_PLACE,
        IN_PLACE_INT8,
        CONCATENATING
    }

    private final DecoderShape shape;
    private final Form form;
    private final boolean inPlace;
    private final OnnxWriter w = new OnnxWriter("random decoder");
    private final WeightFile weights = new WeightFile();

    private RandomDecoder(DecoderShape shape, Form form) {
        this.shape = shape;
        this.form = form;
        inPlace = form != Form.CONCATENATING;
    }

    /** {@return the pack of the model with its cache in place, written under the folder} */
    static ModelPack pack(Path root, String id, DecoderShape shape) {
        return pack(root, id, shape, Form.IN_PLACE);
    }

    /** {@return the same, matrices in eight bits (MatMulNBits), as model builders quantise weights only} */
    static ModelPack int8(Path root, String id, DecoderShape shape) {
        return pack(root, id, shape, Form.IN_PLACE_INT8);
    }

    private static ModelPack pack(Path root, String id, DecoderShape shape, Form form) {
        Path folder = root.resolve(id);
        write(folder, shape, form);
        String weights = form == Form.IN_PLACE_INT8 ? "int8" : "fp32";
        String inputs = "\"inputIds\":\"%s\",\"attentionMask\":\"%s\"".formatted(IDS, MASK);
        return PackFile.write(folder, id, shape, weights, "fp32", inputs);
    }

    /** {@return the ONNX file of the model that concatenates, written into the folder} */
    static Path concatenating(Path folder, DecoderShape shape) {
        write(folder, shape, Form.CONCATENATING);
        return folder.resolve("model.onnx");
    }

    private static void write(Path folder, DecoderShape shape, Form form) {
        RandomDecoder decoder = new RandomDecoder(shape, form);
        try {
            Files.createDirectories(folder);
            decoder.graph();
            decoder.weights.write(folder);
            Files.write(folder.resolve("model.onnx"), decoder.w.model());
        } catch (IOException e) {
            throw new UncheckedIOException("The model cannot be written to " + folder + ": " + e.getMessage(), e);
        }
    }

    private void graph() {
        w.input(IDS, OnnxWriter.INT64, "batch", "sequence").input(MASK, OnnxWriter.INT64, "batch", "total");
        w.output("logits", OnnxWriter.FLOAT, "batch", 1, shape.vocab());
        weights.declare(w, "embedding", 1, shape.vocab(), shape.hidden());
        float[] ones = new float[shape.hidden()];
        java.util.Arrays.fill(ones, 1);
        w.constant("gain", ones, shape.hidden());
        rotary();
        w.constant("axis1", new long[] {1}, 1).constant("one", new long[] {1});
        w.node("ReduceSum", "known", List.of(MASK, "axis1"), Map.of("keepdims", 0L));
        w.node("Sub", "before", List.of("known", "one"), Map.of());
        w.node("Cast", "seqlens", List.of("before"), Map.of("to", (long) OnnxWriter.INT32));
        w.node("Shape", "maskShape", List.of(MASK), Map.of());
        w.node("Gather", "total64", List.of("maskShape", "axis1"), Map.of());
        w.node("Cast", "total", List.of("total64"), Map.of("to", (long) OnnxWriter.INT32));
        w.constant("minusOne", new long[] {-1}, 1);
        if (!inPlace) concatenationConstants();
        String x = w.node("Gather", "x", List.of("embedding", IDS), Map.of());
        for (int layer = 0; layer < shape.layers(); layer++) x = layer(x, layer);
        String last = w.node("Gather", "last", List.of(x, "minusOne"), Map.of("axis", 1L));
        norm(last, "final");
        matmul("final", "logits", shape.hidden(), shape.vocab());
    }

    private String layer(String x, int layer) {
        String p = "l" + layer + ".";
        norm(x, p + "n1");
        matmul(p + "n1", p + "q", shape.hidden(), shape.hidden());
        matmul(p + "n1", p + "k", shape.hidden(), shape.kvWidth());
        matmul(p + "n1", p + "v", shape.hidden(), shape.kvWidth());
        String room = inPlace ? "capacity" : "past";
        for (String kind : List.of("key", "value")) {
            w.input(past(layer, kind), OnnxWriter.FLOAT, "batch", shape.kvHeads(), room, shape.headDim());
            String after = inPlace ? "capacity" : "total";
            w.output(present(layer, kind), OnnxWriter.FLOAT, "batch", shape.kvHeads(), after, shape.headDim());
        }
        if (inPlace) {
            w.node(
                    OnnxWriter.MICROSOFT,
                    "GroupQueryAttention",
                    List.of(p + "att", present(layer, "key"), present(layer, "value")),
                    List.of(
                            p + "q",
                            p + "k",
                            p + "v",
                            past(layer, "key"),
                            past(layer, "value"),
                            "seqlens",
                            "total",
                            "cos",
                            "sin"),
                    Map.of("num_heads", (long) shape.heads(), "kv_num_heads", (long) shape.kvHeads(), "do_rotary", 1L));
        } else {
            concatenatingAttention(p, layer);
        }
        matmul(p + "att", p + "o", shape.hidden(), shape.hidden());
        w.node("Add", p + "x1", List.of(x, p + "o"), Map.of());
        norm(p + "x1", p + "n2");
        matmul(p + "n2", p + "gate", shape.hidden(), shape.ffn());
        matmul(p + "n2", p + "up", shape.hidden(), shape.ffn());
        w.node("Sigmoid", p + "s", List.of(p + "gate"), Map.of());
        w.node("Mul", p + "silu", List.of(p + "gate", p + "s"), Map.of());
        w.node("Mul", p + "gu", List.of(p + "silu", p + "up"), Map.of());
        matmul(p + "gu", p + "down", shape.ffn(), shape.hidden());
        return w.node("Add", p + "x2", List.of(p + "x1", p + "down"), Map.of());
    }

    private void concatenationConstants() {
        w.constant("split", new long[] {0, 0, shape.heads(), shape.headDim()}, 4);
        w.constant("join", new long[] {0, 0, shape.hidden()}, 3);
        w.constant("scale", new float[] {(float) (1 / Math.sqrt(shape.headDim()))});
        w.constant("zero", new long[] {0});
        w.node("Unsqueeze", "positions", List.of("before", "axis1"), Map.of()); // of a decode step: one token
    }

    // A decode step as exporters without fused attention write it; as many KV heads as heads, one new position.
    private void concatenatingAttention(String p, int layer) {
        for (String name : List.of("q", "k", "v")) {
            String in = p + name;
            if (!name.equals("v")) {
                w.node(
                        OnnxWriter.MICROSOFT,
                        "RotaryEmbedding",
                        List.of(p + name + "r"),
                        List.of(in, "positions", "cos", "sin"),
                        Map.of("num_heads", (long) shape.heads()));
                in = p + name + "r";
            }
            w.node("Reshape", p + name + "4", List.of(in, "split"), Map.of());
            w.node("Transpose", p + name + "h", List.of(p + name + "4"), Map.of("perm", new long[] {0, 2, 1, 3}));
        }
        w.node("Concat", present(layer, "key"), List.of(past(layer, "key"), p + "kh"), Map.of("axis", 2L));
        w.node("Concat", present(layer, "value"), List.of(past(layer, "value"), p + "vh"), Map.of("axis", 2L));
        w.node("Transpose", p + "kt", List.of(present(layer, "key")), Map.of("perm", new long[] {0, 1, 3, 2}));
        w.node("MatMul", p + "dots", List.of(p + "qh", p + "kt"), Map.of());
        w.node("Mul", p + "scaled", List.of(p + "dots", "scale"), Map.of());
        w.node("Softmax", p + "weights", List.of(p + "scaled"), Map.of("axis", -1L));
        w.node("MatMul", p + "mixed", List.of(p + "weights", present(layer, "value")), Map.of());
        w.node("Transpose", p + "rows", List.of(p + "mixed"), Map.of("perm", new long[] {0, 2, 1, 3}));
        w.node("Reshape", p + "att", List.of(p + "rows", "join"), Map.of());
    }

    static String past(int layer, String kind) {
        return "past_key_values." + layer + "." + kind;
    }

    static String present(int layer, String kind) {
        return "present." + layer + "." + kind;
    }

    private void norm(String x, String out) {
        w.node(
                "",
                "SimplifiedLayerNormalization",
                List.of(out),
                List.of(x, "gain"),
                Map.of("axis", -1L, "epsilon", 1e-5f));
    }

    private void matmul(String x, String out, int from, int to) {
        if (form == Form.IN_PLACE_INT8) {
            matmulInt8(x, out, from, to);
            return;
        }
        weights.declare(w, out + ".w", WeightFile.Type.FLOAT, weights(out, from), from, to);
        w.node("MatMul", out, List.of(x, out + ".w"), Map.of());
    }

    private void matmulInt8(String x, String out, int from, int to) {
        int blocks = from / Int8Weights.BLOCK;
        WeightFile.Formula whole = Int8Weights.of(out, from);
        float scale = Int8Weights.scale(from);
        weights.declare(
                w,
                out + ".q",
                WeightFile.Type.UINT8,
                i -> whole.at(i % from * to + i / from) + 128, // zero is 128
                to,
                blocks,
                Int8Weights.BLOCK);
        weights.declare(w, out + ".s", WeightFile.Type.FLOAT, i -> scale, to, blocks);
        w.node(
                OnnxWriter.MICROSOFT,
                "MatMulNBits",
                List.of(out),
                List.of(x, out + ".q", out + ".s"),
                Map.of(
                        "K",
                        (long) from,
                        "N",
                        (long) to,
                        "bits",
                        8L,
                        "block_size",
                        (long) Int8Weights.BLOCK,
                        "accuracy_level",
                        4L));
    }

    /** {@return the numbers of the matrix that makes a value, row by row of its inputs} */
    static WeightFile.Formula weights(String out, long inputs) {
        return WeightFile.uniform(out + ".w", Math.sqrt(3.0 / inputs));
    }

    private void rotary() {
        int half = shape.headDim() / 2;
        float[] cos = new float[shape.context() * half], sin = new float[shape.context() * half];
        for (int t = 0; t < shape.context(); t++) {
            for (int i = 0; i < half; i++) {
                double angle = t * Math.pow(10_000, -(double) i / half);
                cos[t * half + i] = (float) Math.cos(angle);
                sin[t * half + i] = (float) Math.sin(angle);
            }
        }
        w.constant("cos", cos, shape.context(), half).constant("sin", sin, shape.context(), half);
    }
}
