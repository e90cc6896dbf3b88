package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The decoder of {@link TinyPack#decoder}, weight by weight, as the various exporters wire it. */
public final class ExportPack {
    /** How the export is wired. */
    public enum Style {
        /** GroupQueryAttention; a mask. */
        GQA_MASK,
        /** GroupQueryAttention; lengths are inputs. */
        GQA_COUNTS,
        /** GroupQueryAttention without rotation; a mask and positions. */
        GQA_POSITIONS,
        /** Concat; a mask and positions. */
        CONCAT,
        /** Concat; positions come from the mask. */
        CONCAT_MASK,
        /** Concat; a switch, and no causal mask among appended tokens when it is on. */
        MERGED,
        /** Concat; a mask and positions, and no causal mask at all, as traced with one token. */
        TRACED;

        boolean concat() {
            return this == CONCAT || this == CONCAT_MASK || this == MERGED || this == TRACED;
        }

        boolean positionIds() {
            return this == GQA_POSITIONS || this == CONCAT || this == MERGED || this == TRACED;
        }
    }

    /** How the matrices of the layers are written. */
    public enum Weights {
        /** float32. */
        FLOAT,
        /** float32, rounded to what eight bits hold: the twin of the others. */
        ROUNDED,
        /** Eight bits, multiplied by MatMulNBits, as model builders quantise weights only. */
        BLOCKS,
        /** Eight bits, turned into float32 (DequantizeLinear) and then multiplied. */
        DEQUANTIZED,
        /** Eight bits, inputs quantised at each run (DynamicQuantizeLinear, MatMulInteger), as ONNX Runtime's dynamic quantisation writes it. */
        DYNAMIC
    }

    private static final int LAYERS = 2, HIDDEN = 32, HEADS = 4, KV_HEADS = 2, DIM = 16, FFN = 48, CONTEXT = 96;
    private static final int BOOL = 9;
    private static final String EXTERNAL = "model.onnx.data";

    private final Style style;
    private final Weights weights;
    private final OnnxWriter w = new OnnxWriter("export");
    private final SplittableRandom random = new SplittableRandom(42);
    private byte[] head = {};

    private ExportPack(Style style, Weights weights) {
        this.style = style;
        this.weights = weights;
    }

    /** Writes a pack with a model.json; the last matrix lies in a file of its own. */
    public static Path write(Path root, Style style) {
        return write(root, style, Weights.FLOAT);
    }

    private static Path write(Path root, Style style, Weights weights) {
        Path folder = root.resolve(style.name() + (weights == Weights.FLOAT ? "" : "-" + weights));
        model(folder, style, weights);
        text(folder.resolve("tokenizer.json"), new String(TinyPack.tokenizer(), StandardCharsets.UTF_8));
        text(folder.resolve("model.json"), json(style));
        return folder;
    }

    public static ModelPack pack(Path root, Style style) {
        return ModelPack.read(write(root, style));
    }

    public static ModelPack pack(Path root, Style style, Weights weights) {
        return ModelPack.read(write(root, style, weights));
    }

    /** Writes the model as an exporter leaves it, with config.json, a ChatML template and a tokenizer that has its tokens. */
    public static Path writeHuggingFace(Path root, Style style) {
        Path folder = root.resolve(style.name() + "-hf");
        model(folder, style, Weights.FLOAT);
        text(
                folder.resolve("tokenizer.json"),
                new String(TinyPack.tokenizer(), StandardCharsets.UTF_8)
                        .replace("<user>", "<|im_start|>")
                        .replace("<end>", "<|im_end|>"));
        text(folder.resolve("config.json"), """
                {"model_type":"qwen2","hidden_size":%d,"num_hidden_layers":%d,"num_attention_heads":%d,"num_key_value_heads":%d,
                 "head_dim":%d,"intermediate_size":%d,"vocab_size":%d,"max_position_embeddings":%d,"tie_word_embeddings":false,
                 "eos_token_id":262}
                """.formatted(
                        HIDDEN, LAYERS, HEADS, KV_HEADS, DIM, FFN, TinyPack.VOCAB, CONTEXT));
        text(folder.resolve("tokenizer_config.json"), """
                {"chat_template":"{%- for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' + '\\n' }}\
                {%- endfor %}{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{%- endif %}",
                 "eos_token":"<|im_end|>"}
                """);
        return folder;
    }

    private static void model(Path folder, Style style, Weights weights) {
        ExportPack export = new ExportPack(style, weights);
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve("model.onnx"), export.onnx());
            Files.write(folder.resolve(EXTERNAL), export.head);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void text(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String json(Style style) {
        String lengths = style == Style.GQA_COUNTS
                ? "\"lastPositions\":\"seqlens_k\",\"totalLength\":\"total_sequence_length\""
                : "\"attentionMask\":\"attention_mask\"";
        if (style.positionIds()) lengths += ",\"positionIds\":\"position_ids\"";
        if (style == Style.MERGED) lengths += ",\"cacheSwitch\":\"use_cache_branch\"";
        return """
                {"format":1,"id":"%s","kind":"decoder","description":"random weights","licence":"Apache-2.0",
                 "architecture":{"layers":%d,"hidden":%d,"heads":%d,"kvHeads":%d,"headDim":%d,"ffn":%d,"ffnGated":true,"vocab":%d,
                  "tiedEmbeddings":true,"maxContext":%d},
                 "weightPrecision":"fp32","computePrecision":"fp32","kvPrecision":"fp32",
                 "onnx":{"file":"model.onnx","layout":"%s","logitsPositions":"all","inputIds":"input_ids",%s,
                  "logits":"logits","pastKey":"past_key_values.%%d.key",
                  "pastValue":"past_key_values.%%d.value","presentKey":"present.%%d.key","presentValue":"present.%%d.value"},
                 "tokenizer":{"file":"tokenizer.json"},
                 "chat":{"system":"<sys>{text}<end>","passage":"<doc>{text}<end>","user":"<user>{text}<end>",
                  "assistant":"<asst>{text}<end>","tool":"<tool>{text}<end>","generationPrompt":"<asst>","stopTokens":["<end>"]}}
                """.formatted(
                        style.name(),
                        LAYERS,
                        HIDDEN,
                        HEADS,
                        KV_HEADS,
                        DIM,
                        FFN,
                        TinyPack.VOCAB,
                        CONTEXT,
                        style.concat() ? "optimum" : "gqa-in-place",
                        lengths);
    }

    private byte[] onnx() {
        w.input("input_ids", OnnxWriter.INT64, "batch", "sequence");
        w.output("logits", OnnxWriter.FLOAT, "batch", "sequence", TinyPack.VOCAB);
        w.constant("embed", gaussian(TinyPack.VOCAB * HIDDEN, 1), TinyPack.VOCAB, HIDDEN);
        float[] ones = new float[HIDDEN];
        java.util.Arrays.fill(ones, 1);
        w.constant("gain", ones, HIDDEN);
        rotary();
        w.constant("axis1", new long[] {1}, 1)
                .constant("one", new long[] {1}, 1)
                .constant("scalar1", new long[] {1});
        lengths();
        String x = w.node("Gather", "x", List.of("embed", "input_ids"), Map.of());
        for (int layer = 0; layer < LAYERS; layer++) x = layer(x, layer);
        norm(x, "final");
        float[] values = gaussian(HIDDEN * TinyPack.VOCAB, 1 / Math.sqrt(HIDDEN));
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        head = raw.array();
        w.external("head", OnnxWriter.FLOAT, EXTERNAL, 0, head.length, HIDDEN, TinyPack.VOCAB);
        w.node("MatMul", "logits", List.of("final", "head"), Map.of());
        return w.model();
    }

    private void lengths() {
        if (style == Style.GQA_COUNTS) {
            w.input("seqlens_k", OnnxWriter.INT32, "batch").input("total_sequence_length", OnnxWriter.INT32, 1);
            return;
        }
        w.input("attention_mask", OnnxWriter.INT64, "batch", "total");
        w.node("ReduceSum", "count", List.of("attention_mask", "axis1"), Map.of("keepdims", 0L));
        w.node("Sub", "before", List.of("count", "one"), Map.of());
        w.node("Cast", "seqlens_k", List.of("before"), Map.of("to", (long) OnnxWriter.INT32));
        w.node("Shape", "maskShape", List.of("attention_mask"), Map.of());
        w.node("Gather", "total64", List.of("maskShape", "axis1"), Map.of());
        w.node("Cast", "total_sequence_length", List.of("total64"), Map.of("to", (long) OnnxWriter.INT32));
        if (style.positionIds()) w.input("position_ids", OnnxWriter.INT64, "batch", "sequence");
        if (style == Style.MERGED) w.input("use_cache_branch", BOOL, 1);
        if (style.concat()) causalMask();
    }

    // Bias 0 where a key's index is at most the query's position, and -1e9 elsewhere.
    private void causalMask() {
        w.node("Gather", "totalScalar", List.of("maskShape", "scalar1"), Map.of());
        if (style == Style.CONCAT_MASK) {
            w.node("CumSum", "running", List.of("attention_mask", "scalar1"), Map.of());
            w.node("Sub", "all_positions", List.of("running", "scalar1"), Map.of());
            w.node("Shape", "idsShape", List.of("input_ids"), Map.of());
            w.node("Gather", "appended", List.of("idsShape", "axis1"), Map.of());
            w.node("Sub", "firstNew", List.of("total64", "appended"), Map.of());
            w.node("Slice", "position_ids", List.of("all_positions", "firstNew", "total64", "axis1"), Map.of());
        }
        w.constant("scalar0", new long[] {0}).constant("queryAxes", new long[] {1, 3}, 2);
        w.constant("never", new float[] {-1e9f}).constant("always", new float[] {0});
        w.node("Range", "keys", List.of("scalar0", "totalScalar", "scalar1"), Map.of());
        w.node("Unsqueeze", "queries", List.of("position_ids", "queryAxes"), Map.of()); // [batch, 1, sequence, 1]
        String later = w.node("Greater", "later", List.of("keys", "queries"), Map.of());
        if (style == Style.MERGED) {
            w.node("Not", "whole", List.of("use_cache_branch"), Map.of());
            later = w.node("And", "laterOfWhole", List.of("later", "whole"), Map.of());
        }
        if (style == Style.TRACED) later = w.node("Less", "nowhere", List.of("queries", "scalar0"), Map.of());
        w.node("Where", "bias", List.of(later, "never", "always"), Map.of());
        w.constant("splitHeads", new long[] {0, 0, -1, DIM}, 4);
        w.constant("joinHeads", new long[] {0, 0, HEADS * DIM}, 3);
        w.constant("repeats", new long[] {1, 1, HEADS / KV_HEADS, 1, 1}, 5).constant("axis2", new long[] {2}, 1);
        w.constant("allHeads", new long[] {0, HEADS, -1, DIM}, 4);
        w.constant("scale", new float[] {(float) (1 / Math.sqrt(DIM))});
    }

    private String layer(String x, int layer) {
        String p = "l" + layer + ".";
        String pastKey = "past_key_values." + layer + ".key", pastValue = "past_key_values." + layer + ".value";
        String key = "present." + layer + ".key", value = "present." + layer + ".value";
        for (String past : List.of(pastKey, pastValue)) w.input(past, OnnxWriter.FLOAT, "batch", KV_HEADS, "past", DIM);
        for (String now : List.of(key, value))
            w.output(now, OnnxWriter.FLOAT, "batch", KV_HEADS, style.concat() ? "total" : "past", DIM);
        norm(x, p + "n1");
        matmul(p + "n1", p + "q", HIDDEN, HEADS * DIM);
        matmul(p + "n1", p + "k", HIDDEN, KV_HEADS * DIM);
        matmul(p + "n1", p + "v", HIDDEN, KV_HEADS * DIM);
        boolean rotated = style.concat() || style == Style.GQA_POSITIONS;
        String q = rotated ? rotate(p + "q", HEADS) : p + "q", k = rotated ? rotate(p + "k", KV_HEADS) : p + "k";
        if (style.concat()) {
            attention(p, q, k, pastKey, pastValue, key, value);
        } else {
            List<String> given =
                    new ArrayList<>(List.of(q, k, p + "v", pastKey, pastValue, "seqlens_k", "total_sequence_length"));
            if (!rotated) given.addAll(List.of("cos", "sin"));
            w.node(
                    OnnxWriter.MICROSOFT,
                    "GroupQueryAttention",
                    List.of(p + "att", key, value),
                    given,
                    Map.of(
                            "num_heads", (long) HEADS,
                            "kv_num_heads", (long) KV_HEADS,
                            "do_rotary", rotated ? 0L : 1L));
        }
        matmul(p + "att", p + "o", HEADS * DIM, HIDDEN);
        w.node("Add", p + "x1", List.of(x, p + "o"), Map.of());
        norm(p + "x1", p + "n2");
        matmul(p + "n2", p + "gate", HIDDEN, FFN);
        matmul(p + "n2", p + "up", HIDDEN, FFN);
        w.node("Sigmoid", p + "s", List.of(p + "gate"), Map.of());
        w.node("Mul", p + "silu", List.of(p + "gate", p + "s"), Map.of());
        w.node("Mul", p + "gu", List.of(p + "silu", p + "up"), Map.of());
        matmul(p + "gu", p + "down", FFN, HIDDEN);
        return w.node("Add", p + "x2", List.of(p + "x1", p + "down"), Map.of());
    }

    private String rotate(String x, int heads) {
        w.node(
                OnnxWriter.MICROSOFT,
                "RotaryEmbedding",
                List.of(x + "r"),
                List.of(x, "position_ids", "cos", "sin"),
                Map.of("num_heads", (long) heads));
        return x + "r";
    }

    private void attention(String p, String q, String k, String pastKey, String pastValue, String key, String value) {
        heads(q, p + "qh");
        heads(k, p + "kh");
        heads(p + "v", p + "vh");
        w.node("Concat", key, List.of(pastKey, p + "kh"), Map.of("axis", 2L));
        w.node("Concat", value, List.of(pastValue, p + "vh"), Map.of("axis", 2L));
        w.node("Transpose", p + "kt", List.of(repeat(key, p + "ka")), Map.of("perm", new long[] {0, 1, 3, 2}));
        w.node("MatMul", p + "dots", List.of(p + "qh", p + "kt"), Map.of());
        w.node("Mul", p + "scaled", List.of(p + "dots", "scale"), Map.of());
        w.node("Add", p + "biased", List.of(p + "scaled", "bias"), Map.of());
        w.node("Softmax", p + "weights", List.of(p + "biased"), Map.of("axis", -1L));
        w.node("MatMul", p + "mixed", List.of(p + "weights", repeat(value, p + "va")), Map.of());
        w.node("Transpose", p + "rows", List.of(p + "mixed"), Map.of("perm", new long[] {0, 2, 1, 3}));
        w.node("Reshape", p + "att", List.of(p + "rows", "joinHeads"), Map.of());
    }

    private void heads(String x, String out) {
        w.node("Reshape", out + "4", List.of(x, "splitHeads"), Map.of());
        w.node("Transpose", out, List.of(out + "4"), Map.of("perm", new long[] {0, 2, 1, 3}));
    }

    private String repeat(String x, String out) {
        w.node("Unsqueeze", out + "5", List.of(x, "axis2"), Map.of());
        w.node("Tile", out + "t", List.of(out + "5", "repeats"), Map.of());
        return w.node("Reshape", out, List.of(out + "t", "allHeads"), Map.of());
    }

    private void rotary() {
        int half = DIM / 2;
        float[] cos = new float[CONTEXT * half], sin = new float[CONTEXT * half];
        for (int i = 0; i < cos.length; i++) {
            int position = i / half;
            double angle = position * Math.pow(10_000, -(double) (i % half) / half);
            cos[i] = (float) Math.cos(angle);
            sin[i] = (float) Math.sin(angle);
        }
        w.constant("cos", cos, CONTEXT, half).constant("sin", sin, CONTEXT, half);
    }

    private void norm(String x, String out) {
        w.node("SimplifiedLayerNormalization", out, List.of(x, "gain"), Map.of("axis", -1L, "epsilon", 1e-5f));
    }

    private void matmul(String x, String out, int from, int to) {
        float[] values = gaussian(from * to, 1 / Math.sqrt(from));
        if (weights == Weights.FLOAT) {
            w.constant(out + ".w", values, from, to);
            w.node("MatMul", out, List.of(x, out + ".w"), Map.of());
        } else {
            new QuantizedMatMul(values, from, to).write(w, weights, x, out);
        }
    }

    private float[] gaussian(int n, double scale) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) values[i] = (float) (random.nextGaussian() * scale);
        return values;
    }
}
