package io.agentopt.runtime.speech;

import static io.agentopt.runtime.speech.TinyWeights.DIM;
import static io.agentopt.runtime.speech.TinyWeights.FRAMES;
import static io.agentopt.runtime.speech.TinyWeights.HEADS;
import static io.agentopt.runtime.speech.TinyWeights.LAYERS;
import static io.agentopt.runtime.speech.TinyWeights.MELS;
import static io.agentopt.runtime.speech.TinyWeights.MOST;
import static io.agentopt.runtime.speech.TinyWeights.POSITIONS;
import static io.agentopt.runtime.speech.TinyWeights.VOCAB;
import static io.agentopt.runtime.speech.TinyWeights.WIDTH;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.llm.TinyPack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Writes a recogniser of windows of one second as Optimum leaves it: config.json, generation_config.json, tokenizer, encoder, decoder. */
public final class TinyWhisper {
    /** How the decoder is exported. */
    public enum Style {
        /** Two files. */
        PAIR,
        /** Two files that ask for positions; the second also takes the encoder's output and ignores it. */
        PAIR_POSITIONS,
        /** One file with a switch, whose cached half gives empty cross-attention back. */
        MERGED
    }

    /** A decoder's graph. */
    private enum Half {
        FIRST,
        WITH_PAST,
        BOTH
    }

    static final List<String> SPECIALS = List.of(
            "<|endoftext|>",
            "<|startoftranscript|>",
            "<|en|>",
            "<|de|>",
            "<|ja|>",
            "<|translate|>",
            "<|transcribe|>",
            "<|nospeech|>",
            "<|notimestamps|>");

    /** Control characters and what is no ASCII, so that texts can be read; and the special tokens. */
    static final int[] SUPPRESSED = IntStream.concat(
                    IntStream.concat(IntStream.range(0, 32), IntStream.range(127, 256)), IntStream.range(257, 264))
            .toArray();

    static final int[] BEGIN_SUPPRESSED = {32, TinyWeights.END};

    private static final int BOOL = 9;

    private final TinyWeights weights;
    private final Style style;
    private final OnnxWriter w;

    private TinyWhisper(TinyWeights weights, Style style, String name) {
        this.weights = weights;
        this.style = style;
        w = new OnnxWriter(name);
    }

    public static Path write(Path root, String id, TinyWeights weights, Style style) {
        try {
            Path folder = Files.createDirectories(root.resolve(id));
            Files.write(folder.resolve("encoder_model.onnx"), new TinyWhisper(weights, style, "encoder").encoder());
            if (style == Style.MERGED) {
                Files.write(
                        folder.resolve("decoder_model_merged.onnx"),
                        new TinyWhisper(weights, style, "decoder").decoder(Half.BOTH));
            } else {
                Files.write(
                        folder.resolve("decoder_model.onnx"),
                        new TinyWhisper(weights, style, "first").decoder(Half.FIRST));
                Files.write(
                        folder.resolve("decoder_with_past_model.onnx"),
                        new TinyWhisper(weights, style, "next").decoder(Half.WITH_PAST));
            }
            Files.write(folder.resolve("tokenizer.json"), TinyPack.tokenizer(SPECIALS));
            Files.writeString(folder.resolve("config.json"), """
                    {"model_type":"whisper","is_encoder_decoder":true,%s}
                    """.formatted(ARCHITECTURE));
            Files.writeString(folder.resolve("generation_config.json"), "{" + generation() + "}");
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static final String ARCHITECTURE =
            """
            "d_model":%d,"encoder_layers":1,"decoder_layers":%d,"encoder_attention_heads":%d,"decoder_attention_heads":%d,
            "encoder_ffn_dim":%d,"decoder_ffn_dim":%d,"num_mel_bins":%d,"max_source_positions":%d,"max_target_positions":%d,
            "vocab_size":%d""".formatted(WIDTH, LAYERS, HEADS, HEADS, TinyWeights.FFN, TinyWeights.FFN, MELS, POSITIONS, MOST, VOCAB);

    static String generation() {
        return """
            "is_multilingual":true,"decoder_start_token_id":257,"eos_token_id":256,"max_length":20,"no_timestamps_token_id":264,
            "lang_to_id":{"<|en|>":258,"<|de|>":259,"<|ja|>":260},"task_to_id":{"transcribe":262,"translate":261},
            "suppress_tokens":%s,"begin_suppress_tokens":[32,256]""".formatted(java.util.Arrays.toString(SUPPRESSED));
    }

    private byte[] encoder() {
        w.input("input_features", OnnxWriter.FLOAT, "batch", MELS, FRAMES);
        w.output("last_hidden_state", OnnxWriter.FLOAT, "batch", POSITIONS, WIDTH);
        constant("conv", WIDTH, MELS, 3);
        constant("encoder.positions", POSITIONS, WIDTH);
        constant("encoder.mix", WIDTH, WIDTH);
        w.node(
                "Conv",
                "convolved",
                List.of("input_features", "conv"),
                Map.of("strides", new long[] {2}, "pads", new long[] {1, 1}));
        w.node("Tanh", "t", List.of("convolved"), Map.of());
        w.node("Transpose", "rows", List.of("t"), Map.of("perm", new long[] {0, 2, 1}));
        w.node("Add", "placed", List.of("rows", "encoder.positions"), Map.of());
        w.node("MatMul", "mixed", List.of("placed", "encoder.mix"), Map.of());
        w.node("Tanh", "last_hidden_state", List.of("mixed"), Map.of());
        return w.model();
    }

    private byte[] decoder(Half half) {
        w.input("input_ids", OnnxWriter.INT64, "batch", "sequence");
        if (half != Half.WITH_PAST || style == Style.PAIR_POSITIONS)
            w.input("encoder_hidden_states", OnnxWriter.FLOAT, "batch", POSITIONS, WIDTH);
        w.output("logits", OnnxWriter.FLOAT, "batch", "sequence", VOCAB);
        w.constant("zero", new long[] {0}).constant("one", new long[] {1}).constant("two", new long[] {2});
        w.constant("axis1", new long[] {1}, 1)
                .constant("axis2", new long[] {2}, 1)
                .constant("zeros1", new long[] {0}, 1);
        w.constant("positions1", new long[] {POSITIONS}, 1);
        w.constant("splitHeads", new long[] {0, 0, HEADS, DIM}, 4).constant("joinHeads", new long[] {0, 0, WIDTH}, 3);
        w.constant("scale", new float[] {(float) (1 / Math.sqrt(DIM))});
        w.constant("never", new float[] {-1e9f}).constant("always", new float[] {0});
        if (half == Half.BOTH) w.input("use_cache_branch", BOOL, 1);
        for (int layer = 0; half != Half.FIRST && layer < LAYERS; layer++) {
            for (String side : List.of("decoder", "encoder"))
                for (String part : List.of("key", "value"))
                    w.input(past(layer, side, part), OnnxWriter.FLOAT, "batch", HEADS, side + "_length", DIM);
        }
        positions(half);
        constant("embed", VOCAB, WIDTH);
        constant("positions", MOST, WIDTH);
        w.node("Gather", "tokens", List.of("embed", "input_ids"), Map.of());
        w.node("Gather", "places", List.of("positions", "at"), Map.of());
        String x = w.node("Add", "x", List.of("tokens", "places"), Map.of());
        for (int layer = 0; layer < LAYERS; layer++) x = layer(x, layer, half);
        constant("head", WIDTH, VOCAB);
        constant("ending", MOST);
        constant("end", VOCAB);
        w.node("MatMul", "scores", List.of(x, "head"), Map.of());
        w.node("Gather", "endings", List.of("ending", "at"), Map.of());
        w.node("Unsqueeze", "endings1", List.of("endings", "axis1"), Map.of());
        w.node("Mul", "endScores", List.of("endings1", "end"), Map.of());
        w.node("Add", "logits", List.of("scores", "endScores"), Map.of());
        return w.model();
    }

    /** Where the tokens stand, and which keys are behind them. */
    private void positions(Half half) {
        w.node("Shape", "idsShape", List.of("input_ids"), Map.of());
        w.node("Gather", "n", List.of("idsShape", "one"), Map.of());
        if (half != Half.FIRST) {
            w.node("Shape", "pastShape", List.of(past(0, "decoder", "key")), Map.of());
            w.node("Gather", "pastLength", List.of("pastShape", "axis2"), Map.of());
        }
        String start = "zero";
        if (half == Half.WITH_PAST) start = w.node("Gather", "start", List.of("pastLength", "zero"), Map.of());
        if (half == Half.BOTH) {
            w.node("Where", "start1", List.of("use_cache_branch", "pastLength", "zeros1"), Map.of());
            w.node("Sub", "dropped", List.of("pastLength", "start1"), Map.of());
            start = w.node("Gather", "start", List.of("start1", "zero"), Map.of());
            w.node("Where", "given", List.of("use_cache_branch", "zeros1", "positions1"), Map.of());
        }
        w.node("Add", "stop", List.of(start, "n"), Map.of());
        w.node("Range", "range", List.of(start, "stop", "one"), Map.of());
        if (style == Style.PAIR_POSITIONS) {
            w.input("cache_position", OnnxWriter.INT64, "sequence");
            w.node("Identity", "at", List.of("cache_position"), Map.of());
        } else {
            w.node("Identity", "at", List.of("range"), Map.of());
        }
        w.node("Range", "keys", List.of("zero", "stop", "one"), Map.of());
        w.node("Unsqueeze", "queries", List.of("at", "axis1"), Map.of());
        w.node("Greater", "later", List.of("keys", "queries"), Map.of());
        w.node("Where", "bias", List.of("later", "never", "always"), Map.of());
    }

    private String layer(String x, int layer, Half half) {
        String p = layer + ".";
        for (String part : List.of("q", "k", "v")) project(x, p, part);
        for (String[] part : new String[][] {{"key", "k"}, {"value", "v"}}) {
            String present = present(layer, "decoder", part[0]), given = past(layer, "decoder", part[0]);
            w.output(present, OnnxWriter.FLOAT, "batch", HEADS, "total", DIM);
            String now = p + part[1] + ".heads";
            if (half == Half.BOTH)
                given = w.node("Slice", given + ".used", List.of(given, "dropped", "pastLength", "axis2"), Map.of());
            if (half == Half.FIRST) w.node("Identity", present, List.of(now), Map.of());
            else w.node("Concat", present, List.of(given, now), Map.of("axis", 2L));
        }
        String own = attention(
                p + "own", p + "q.heads", present(layer, "decoder", "key"), present(layer, "decoder", "value"), "bias");
        x = w.node("Add", p + "x1", List.of(x, matmul(own, p + "o", WIDTH, WIDTH)), Map.of());
        project(x, p, "cq");
        String other = attention(
                p + "cross",
                p + "cq.heads",
                cross(layer, "key", "ck", half),
                cross(layer, "value", "cv", half),
                "always");
        x = w.node("Add", p + "x2", List.of(x, matmul(other, p + "co", WIDTH, WIDTH)), Map.of());
        matmul(x, p + "up", WIDTH, TinyWeights.FFN);
        w.node("Tanh", p + "act", List.of(p + "up.out"), Map.of());
        matmul(p + "act", p + "down", TinyWeights.FFN, WIDTH);
        return w.node("Add", p + "x3", List.of(x, p + "down.out"), Map.of());
    }

    private String cross(int layer, String part, String weight, Half half) {
        String given = past(layer, "encoder", part), present = present(layer, "encoder", part);
        if (half == Half.WITH_PAST) return given;
        w.output(present, OnnxWriter.FLOAT, "batch", HEADS, "heard", DIM);
        String made = project("encoder_hidden_states", layer + ".", weight);
        if (half == Half.FIRST) {
            w.node("Identity", present, List.of(made), Map.of());
            return made;
        }
        String used = w.node("Where", given + ".or", List.of("use_cache_branch", given, made), Map.of());
        w.node("Slice", present, List.of(used, "zeros1", "given", "axis2"), Map.of());
        return used;
    }

    private String project(String x, String p, String weight) {
        matmul(x, p + weight, WIDTH, WIDTH);
        w.node("Reshape", p + weight + ".split", List.of(p + weight + ".out", "splitHeads"), Map.of());
        return w.node("Transpose", p + weight + ".heads", List.of(p + weight + ".split"), Map.of("perm", new long[] {
            0, 2, 1, 3
        }));
    }

    private String attention(String p, String q, String k, String v, String bias) {
        w.node("Transpose", p + ".kt", List.of(k), Map.of("perm", new long[] {0, 1, 3, 2}));
        w.node("MatMul", p + ".dots", List.of(q, p + ".kt"), Map.of());
        w.node("Mul", p + ".scaled", List.of(p + ".dots", "scale"), Map.of());
        w.node("Add", p + ".biased", List.of(p + ".scaled", bias), Map.of());
        w.node("Softmax", p + ".weights", List.of(p + ".biased"), Map.of("axis", -1L));
        w.node("MatMul", p + ".mixed", List.of(p + ".weights", v), Map.of());
        w.node("Transpose", p + ".rows", List.of(p + ".mixed"), Map.of("perm", new long[] {0, 2, 1, 3}));
        return w.node("Reshape", p + ".joined", List.of(p + ".rows", "joinHeads"), Map.of());
    }

    private String matmul(String x, String name, int from, int to) {
        constant(name, from, to);
        return w.node("MatMul", name + ".out", List.of(x, name), Map.of());
    }

    private void constant(String name, long... dims) {
        w.constant(name, weights.of(name), dims);
    }

    private static String past(int layer, String side, String part) {
        return Stream.of("past_key_values", Integer.toString(layer), side, part)
                .collect(java.util.stream.Collectors.joining("."));
    }

    private static String present(int layer, String side, String part) {
        return "present." + layer + "." + side + "." + part;
    }
}
