package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes model packs for tests: a grouped-query decoder (RMSNorm, rotary attention in place, SwiGLU) and a mean-pooling
 * embedder with seeded random weights, and a byte-level tokenizer without merges.
 */
public record TinyPack(
        String id,
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int headDim,
        int ffn,
        int context,
        boolean lastOnly,
        long seed,
        boolean halfCache,
        boolean lengths,
        boolean halfScores) {
    /** Keys and values in float32. */
    public TinyPack(
            String id,
            int layers,
            int hidden,
            int heads,
            int kvHeads,
            int headDim,
            int ffn,
            int context,
            boolean lastOnly,
            long seed) {
        this(id, layers, hidden, heads, kvHeads, headDim, ffn, context, lastOnly, seed, false, false, false);
    }

    public static final List<String> SPECIALS =
            List.of("<pad>", "<sys>", "<doc>", "<user>", "<asst>", "<tool>", "<end>");
    public static final int VOCAB = 256 + SPECIALS.size();
    public static final int DIMENSION = 24;

    /** {@return two layers, width 32, 4 heads over 2, context 96} */
    public static TinyPack decoder(String id) {
        return new TinyPack(id, 2, 32, 4, 2, 16, 48, 96, false, 42);
    }

    public TinyPack lastPositionOnly() {
        return new TinyPack(
                id, layers, hidden, heads, kvHeads, headDim, ffn, context, true, seed, halfCache, lengths, halfScores);
    }

    /** {@return this, the last position scored, with lengths as inputs in the mask's place} */
    public TinyPack withLengths() {
        return new TinyPack(
                id, layers, hidden, heads, kvHeads, headDim, ffn, context, true, seed, halfCache, true, halfScores);
    }

    /** {@return this with scores in float16} */
    public TinyPack withHalfScores() {
        return new TinyPack(
                id, layers, hidden, heads, kvHeads, headDim, ffn, context, lastOnly, seed, halfCache, lengths, true);
    }

    /** {@return this with keys and values in float16; all else stays float32} */
    public TinyPack withHalfCache() {
        return new TinyPack(
                id, layers, hidden, heads, kvHeads, headDim, ffn, context, lastOnly, seed, true, lengths, halfScores);
    }

    private int cacheType() {
        return halfCache ? OnnxWriter.FLOAT16 : OnnxWriter.FLOAT;
    }

    /** {@return a model whose full prefill takes long enough to be interrupted} */
    public static TinyPack slow(String id) {
        return new TinyPack(id, 96, 64, 4, 2, 16, 128, 1024, true, 7);
    }

    /** Writes the decoder's folder under {@code root}. */
    public Path write(Path root) {
        Path folder = folder(root, id);
        write(folder.resolve("model.json"), json());
        write(folder.resolve("model.onnx"), onnx());
        write(folder.resolve("tokenizer.json"), tokenizer());
        return folder;
    }

    public ModelPack pack(Path root) {
        return ModelPack.read(write(root));
    }

    /** Writes an embedder's folder under {@code root}. */
    public static Path writeEmbedder(Path root, String id) {
        Path folder = folder(root, id);
        write(folder.resolve("model.json"), """
                {"format":1,"id":"%s","kind":"embedder","description":"random","licence":"Apache-2.0",
                 "architecture":{"layers":1,"hidden":32,"heads":1,"kvHeads":1,"headDim":32,"ffn":32,"ffnGated":false,"vocab":%d,
                  "tiedEmbeddings":false,"maxContext":64,"dimension":%d},
                 "weightPrecision":"fp32","computePrecision":"fp32",
                 "onnx":{"file":"model.onnx","inputIds":"input_ids","attentionMask":"attention_mask","embedding":"embedding"},
                 "tokenizer":{"file":"tokenizer.json"}}
                """.formatted(id, VOCAB, DIMENSION)
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        write(folder.resolve("model.onnx"), embedderOnnx(-1));
        write(folder.resolve("tokenizer.json"), tokenizer());
        return folder;
    }

    /** {@return the embedder of a folder, with a letter whose texts overflow} */
    static ModelPack overflowing(Path embedder, char letter) {
        write(embedder.resolve("model.onnx"), embedderOnnx(letter));
        return ModelPack.read(embedder);
    }

    private byte[] json() {
        return """
                {"format":1,"id":"%s","kind":"decoder","description":"random weights","licence":"Apache-2.0",
                 "architecture":{"layers":%d,"hidden":%d,"heads":%d,"kvHeads":%d,"headDim":%d,"ffn":%d,"ffnGated":true,"vocab":%d,
                  "tiedEmbeddings":true,"maxContext":%d},
                 "weightPrecision":"fp32","computePrecision":"fp32","kvPrecision":"%s",
                 "onnx":{"file":"model.onnx","layout":"gqa-in-place","logitsPositions":"%s","inputIds":"input_ids",
                  %s,"logits":"logits","pastKey":"past_key_values.%%d.key",
                  "pastValue":"past_key_values.%%d.value","presentKey":"present.%%d.key","presentValue":"present.%%d.value"},
                 "tokenizer":{"file":"tokenizer.json"},
                 "chat":{"system":"<sys>{text}<end>","passage":"<doc>{text}<end>","user":"<user>{text}<end>",
                  "assistant":"<asst>{text}<end>","tool":"<tool>{text}<end>","generationPrompt":"<asst>","stopTokens":["<end>"]}}
                """.formatted(
                        id,
                        layers,
                        hidden,
                        heads,
                        kvHeads,
                        headDim,
                        ffn,
                        VOCAB,
                        context,
                        halfCache ? "fp16" : "fp32",
                        lastOnly ? "last" : "all",
                        lengths
                                ? "\"lastPositions\":\"seqlens\",\"totalLength\":\"total\",\"lastIndex\":\"last\""
                                : "\"attentionMask\":\"attention_mask\"")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    byte[] onnx() {
        SplittableRandom random = new SplittableRandom(seed);
        OnnxWriter w = new OnnxWriter("decoder");
        w.input("input_ids", OnnxWriter.INT64, "batch", "sequence");
        if (lengths) {
            w.input("seqlens", OnnxWriter.INT32, "batch").input("total", OnnxWriter.INT32, 1);
            w.input("last", OnnxWriter.INT64, 1);
        } else {
            w.input("attention_mask", OnnxWriter.INT64, "batch", "total");
        }
        int written = halfScores ? OnnxWriter.FLOAT16 : OnnxWriter.FLOAT;
        w.output("logits", written, "batch", lastOnly ? (Object) 1 : "sequence", VOCAB);
        w.constant("embed", gaussian(random, VOCAB * hidden, 1), VOCAB, hidden);
        w.constant("gain", ones(hidden), hidden);
        rotary(w);
        if (!lengths) mask(w);
        String x = w.node("Gather", "x", List.of("embed", "input_ids"), Map.of());
        for (int layer = 0; layer < layers; layer++) x = layer(w, random, x, layer);
        if (lengths) {
            x = w.node("Gather", "lastX", List.of(x, "last"), Map.of("axis", 1L));
        } else if (lastOnly) {
            w.constant("minusOne", new long[] {-1}, 1);
            x = w.node("Gather", "lastX", List.of(x, "minusOne"), Map.of("axis", 1L));
        }
        norm(w, x, "final");
        w.constant("head", gaussian(random, hidden * VOCAB, 1 / Math.sqrt(hidden)), hidden, VOCAB);
        w.node("MatMul", halfScores ? "wide" : "logits", List.of("final", "head"), Map.of());
        if (halfScores) w.node("Cast", "logits", List.of("wide"), Map.of("to", (long) OnnxWriter.FLOAT16));
        return w.model();
    }

    private static void mask(OnnxWriter w) {
        w.constant("axis1", new long[] {1}, 1).constant("one", new long[] {1});
        w.node("ReduceSum", "count", List.of("attention_mask", "axis1"), Map.of("keepdims", 0L));
        w.node("Sub", "before", List.of("count", "one"), Map.of());
        w.node("Cast", "seqlens", List.of("before"), Map.of("to", (long) OnnxWriter.INT32));
        w.node("Shape", "maskShape", List.of("attention_mask"), Map.of());
        w.node("Gather", "total64", List.of("maskShape", "axis1"), Map.of());
        w.node("Cast", "total", List.of("total64"), Map.of("to", (long) OnnxWriter.INT32));
    }

    private String layer(OnnxWriter w, SplittableRandom random, String x, int layer) {
        String p = "l" + layer + ".";
        String pastKey = "past_key_values." + layer + ".key", pastValue = "past_key_values." + layer + ".value";
        String key = "present." + layer + ".key", value = "present." + layer + ".value";
        for (String past : List.of(pastKey, pastValue))
            w.input(past, cacheType(), "batch", kvHeads, "capacity", headDim);
        for (String present : List.of(key, value))
            w.output(present, cacheType(), "batch", kvHeads, "capacity", headDim);
        String cos = halfCache ? "cos16" : "cos", sin = halfCache ? "sin16" : "sin";
        norm(w, x, p + "n1");
        matmul(w, random, p + "n1", p + "q", hidden, heads * headDim);
        matmul(w, random, p + "n1", p + "k", hidden, kvHeads * headDim);
        matmul(w, random, p + "n1", p + "v", hidden, kvHeads * headDim);
        w.node(
                OnnxWriter.MICROSOFT,
                "GroupQueryAttention",
                List.of(halfCache ? p + "att16" : p + "att", key, value),
                List.of(
                        half(w, p + "q"),
                        half(w, p + "k"),
                        half(w, p + "v"),
                        pastKey,
                        pastValue,
                        "seqlens",
                        "total",
                        cos,
                        sin),
                Map.of("num_heads", (long) heads, "kv_num_heads", (long) kvHeads, "do_rotary", 1L));
        if (halfCache) w.node("Cast", p + "att", List.of(p + "att16"), Map.of("to", (long) OnnxWriter.FLOAT));
        matmul(w, random, p + "att", p + "o", heads * headDim, hidden);
        w.node("Add", p + "x1", List.of(x, p + "o"), Map.of());
        norm(w, p + "x1", p + "n2");
        matmul(w, random, p + "n2", p + "gate", hidden, ffn);
        matmul(w, random, p + "n2", p + "up", hidden, ffn);
        w.node("Sigmoid", p + "s", List.of(p + "gate"), Map.of());
        w.node("Mul", p + "silu", List.of(p + "gate", p + "s"), Map.of());
        w.node("Mul", p + "gu", List.of(p + "silu", p + "up"), Map.of());
        matmul(w, random, p + "gu", p + "down", ffn, hidden);
        return w.node("Add", p + "x2", List.of(p + "x1", p + "down"), Map.of());
    }

    private String half(OnnxWriter w, String x) {
        if (!halfCache) return x;
        return w.node("Cast", x + "16", List.of(x), Map.of("to", (long) OnnxWriter.FLOAT16));
    }

    private void rotary(OnnxWriter w) {
        int half = headDim / 2;
        float[] cos = new float[context * half], sin = new float[context * half];
        for (int t = 0; t < context; t++) {
            for (int i = 0; i < half; i++) {
                double angle = t * Math.pow(10_000, -(double) i / half);
                cos[t * half + i] = (float) Math.cos(angle);
                sin[t * half + i] = (float) Math.sin(angle);
            }
        }
        w.constant("cos", cos, context, half).constant("sin", sin, context, half);
        if (halfCache) {
            half(w, "cos");
            half(w, "sin");
        }
    }

    private static void norm(OnnxWriter w, String x, String out) {
        w.node("SimplifiedLayerNormalization", out, List.of(x, "gain"), Map.of("axis", -1L, "epsilon", 1e-5f));
    }

    private static void matmul(OnnxWriter w, SplittableRandom random, String x, String out, int from, int to) {
        w.constant(out + ".w", gaussian(random, from * to, 1 / Math.sqrt(from)), from, to);
        w.node("MatMul", out, List.of(x, out + ".w"), Map.of());
    }

    private static byte[] embedderOnnx(int overflow) {
        SplittableRandom random = new SplittableRandom(3);
        int hidden = 32;
        OnnxWriter w = new OnnxWriter("embedder");
        w.input("input_ids", OnnxWriter.INT64, "batch", "sequence")
                .input("attention_mask", OnnxWriter.INT64, "batch", "sequence");
        w.output("embedding", OnnxWriter.FLOAT, "batch", DIMENSION);
        float[] embed = gaussian(random, VOCAB * hidden, 1);
        if (overflow >= 0) Arrays.fill(embed, overflow * hidden, (overflow + 1) * hidden, Float.NaN);
        w.constant("embed", embed, VOCAB, hidden);
        w.constant("axis1", new long[] {1}, 1).constant("axis2", new long[] {2}, 1);
        w.node("Gather", "x", List.of("embed", "input_ids"), Map.of());
        w.node("Tanh", "t", List.of("x"), Map.of());
        w.node("Cast", "maskF", List.of("attention_mask"), Map.of("to", (long) OnnxWriter.FLOAT));
        w.node("Unsqueeze", "mask3", List.of("maskF", "axis2"), Map.of());
        w.node("Mul", "masked", List.of("t", "mask3"), Map.of());
        w.node("ReduceSum", "sum", List.of("masked", "axis1"), Map.of("keepdims", 0L));
        w.node("ReduceSum", "n", List.of("maskF", "axis1"), Map.of("keepdims", 1L));
        w.node("Div", "mean", List.of("sum", "n"), Map.of());
        matmul(w, random, "mean", "embedding", hidden, DIMENSION);
        return w.model();
    }

    /** {@return a byte-level tokenizer: one token per byte, special tokens last} */
    static byte[] tokenizer() {
        return tokenizer(SPECIALS);
    }

    /** {@return a byte-level tokenizer with other special tokens} */
    public static byte[] tokenizer(List<String> specials) {
        StringBuilder vocab = new StringBuilder(), added = new StringBuilder();
        int[] letters = byteLetters();
        for (int b = 0; b < 256; b++) {
            vocab.append(b == 0 ? "" : ",").append("\"\\u%04x\":%d".formatted(letters[b], b));
        }
        for (int i = 0; i < specials.size(); i++) {
            added.append(i == 0 ? "" : ",").append("""
                    {"id":%d,"content":"%s","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}""".formatted(256 + i, specials.get(i)));
        }
        return """
                {"version":"1.0","truncation":null,"padding":null,"added_tokens":[%s],"normalizer":null,
                 "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false},
                 "post_processor":null,"decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false},
                 "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
                  "fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"vocab":{%s},"merges":[]}}
                """.formatted(added, vocab).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    // The printable letter that byte-level tokenizers write for each byte.
    private static int[] byteLetters() {
        int[] letters = new int[256];
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            letters[b] = printable ? b : next++;
        }
        return letters;
    }

    private static float[] gaussian(SplittableRandom random, int n, double scale) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) values[i] = (float) (random.nextGaussian() * scale);
        return values;
    }

    private static float[] ones(int n) {
        float[] values = new float[n];
        Arrays.fill(values, 1);
        return values;
    }

    private static Path folder(Path root, String name) {
        try {
            return Files.createDirectories(root.resolve(name));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
