package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes cross-encoders for tests, and scores pairs in plain Java: tanh(mean(tanh(token + type)) W1) W2, over a byte-level tokenizer that frames pairs like
 * BERT's.
 *
 * @param labels 1 or 2; 0 for one label without its dimension
 * @param types whether it takes token types
 */
public record TinyReranker(String id, int labels, boolean types, int context) {
    private static final int HIDDEN = 16, CLS = 257, SEP = 262;

    private record Weights(float[] tokens, float[] kinds, float[] first, float[] second) {}

    private int width() {
        return Math.max(1, labels);
    }

    private Weights weights() {
        SplittableRandom random = new SplittableRandom(11);
        return new Weights(
                gaussian(random, TinyPack.VOCAB * HIDDEN, 1),
                gaussian(random, 2 * HIDDEN, 1),
                gaussian(random, HIDDEN * HIDDEN, 1),
                gaussian(random, HIDDEN * width(), 1));
    }

    private static float[] gaussian(SplittableRandom random, int n, double scale) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) values[i] = (float) (random.nextGaussian() * scale);
        return values;
    }

    /** Writes the folder with a model.json. */
    public Path write(Path root) {
        Path folder = files(root);
        write(folder.resolve("model.json"), """
                {"format":1,"id":"%s","kind":"reranker","description":"random","licence":"Apache-2.0",
                 "architecture":{"layers":1,"hidden":16,"heads":1,"kvHeads":1,"headDim":16,"ffn":16,"ffnGated":false,"vocab":%d,
                  "tiedEmbeddings":false,"maxContext":%d},
                 "weightPrecision":"fp32","computePrecision":"fp32",
                 "onnx":{"file":"model.onnx","inputIds":"input_ids","attentionMask":"attention_mask",%s"scores":"logits","labels":%d},
                 "tokenizer":{"file":"tokenizer.json"}}
                """.formatted(
                        id, TinyPack.VOCAB, context, types ? "\"tokenTypes\":\"token_type_ids\"," : "", width()));
        return folder;
    }

    /** Writes the folder as exporters of Hugging Face models do. */
    public Path writeHuggingFace(Path root, String modelType) {
        Path folder = files(root);
        write(folder.resolve("config.json"), """
                {"architectures":["BertForSequenceClassification"],"model_type":"%s","hidden_size":16,"num_attention_heads":1,
                 "num_hidden_layers":1,"intermediate_size":16,"vocab_size":%d,"max_position_embeddings":%d}
                """.formatted(modelType, TinyPack.VOCAB, context));
        return folder;
    }

    private Path files(Path root) {
        try {
            Path folder = Files.createDirectories(root.resolve(id));
            Files.write(folder.resolve("model.onnx"), onnx(weights()));
            write(folder.resolve("tokenizer.json"), tokenizer());
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rewrites the ONNX file so that texts with a letter have scores that are not finite. */
    void overflow(Path folder, char letter) throws IOException {
        Weights weights = weights();
        weights.tokens()[letter * HIDDEN] = Float.NaN;
        Files.write(folder.resolve("model.onnx"), onnx(weights));
    }

    private byte[] onnx(Weights weights) {
        OnnxWriter w = new OnnxWriter("reranker");
        w.input("input_ids", OnnxWriter.INT64, "batch", "sequence")
                .input("attention_mask", OnnxWriter.INT64, "batch", "sequence");
        if (types) w.input("token_type_ids", OnnxWriter.INT64, "batch", "sequence");
        if (labels == 0) w.output("logits", OnnxWriter.FLOAT, "batch");
        else w.output("logits", OnnxWriter.FLOAT, "batch", labels);
        w.constant("tokens", weights.tokens(), TinyPack.VOCAB, HIDDEN).constant("kinds", weights.kinds(), 2, HIDDEN);
        w.constant("w1", weights.first(), HIDDEN, HIDDEN).constant("w2", weights.second(), HIDDEN, width());
        w.constant("axis1", new long[] {1}, 1).constant("axis2", new long[] {2}, 1);
        String x = w.node("Gather", "x", List.of("tokens", "input_ids"), Map.of());
        if (types) {
            w.node("Gather", "k", List.of("kinds", "token_type_ids"), Map.of());
            x = w.node("Add", "xk", List.of(x, "k"), Map.of());
        }
        w.node("Tanh", "t", List.of(x), Map.of());
        w.node("Cast", "maskF", List.of("attention_mask"), Map.of("to", (long) OnnxWriter.FLOAT));
        w.node("Unsqueeze", "mask3", List.of("maskF", "axis2"), Map.of());
        w.node("Mul", "masked", List.of("t", "mask3"), Map.of());
        w.node("ReduceSum", "sum", List.of("masked", "axis1"), Map.of("keepdims", 0L));
        w.node("ReduceSum", "n", List.of("maskF", "axis1"), Map.of("keepdims", 1L));
        w.node("Div", "mean", List.of("sum", "n"), Map.of());
        w.node("MatMul", "h", List.of("mean", "w1"), Map.of());
        w.node("Tanh", "ht", List.of("h"), Map.of());
        w.node("MatMul", labels == 0 ? "scores" : "logits", List.of("ht", "w2"), Map.of());
        if (labels == 0) w.node("Squeeze", "logits", List.of("scores", "axis1"), Map.of());
        return w.model();
    }

    /** {@return the score of a pair in plain Java, its passage cut to the context} */
    double score(String query, String passage) {
        byte[] q = query.getBytes(StandardCharsets.UTF_8), p = passage.getBytes(StandardCharsets.UTF_8);
        int cut = Math.min(p.length, context - 3 - q.length);
        int[] tokens = new int[3 + q.length + cut], kinds = new int[tokens.length];
        int at = 0;
        tokens[at++] = CLS;
        for (byte b : q) tokens[at++] = b & 0xFF;
        tokens[at++] = SEP;
        for (int i = 0; i < cut; i++, at++) {
            tokens[at] = p[i] & 0xFF;
            kinds[at] = 1;
        }
        tokens[at] = SEP;
        kinds[at] = 1;
        Weights weights = weights();
        double[] mean = new double[HIDDEN];
        for (int t = 0; t < tokens.length; t++) {
            for (int i = 0; i < HIDDEN; i++) {
                double x = weights.tokens()[tokens[t] * HIDDEN + i];
                if (types) x += weights.kinds()[kinds[t] * HIDDEN + i];
                mean[i] += Math.tanh(x) / tokens.length;
            }
        }
        double[] logits = new double[width()];
        for (int h = 0; h < HIDDEN; h++) {
            double sum = 0;
            for (int i = 0; i < HIDDEN; i++) sum += mean[i] * weights.first()[i * HIDDEN + h];
            for (int l = 0; l < logits.length; l++)
                logits[l] += Math.tanh(sum) * weights.second()[h * logits.length + l];
        }
        return logits.length == 1 ? logits[0] : logits[1] - logits[0];
    }

    private static String tokenizer() {
        return new String(TinyPack.tokenizer(), StandardCharsets.UTF_8)
                .replace("\"post_processor\":null", """
                "post_processor":{"type":"TemplateProcessing",
                 "single":[%1$s0}},%2$s0}},%3$s0}}],
                 "pair":[%1$s0}},%2$s0}},%3$s0}},{"Sequence":{"id":"B","type_id":1}},%3$s1}}],
                 "special_tokens":{"<sys>":{"id":"<sys>","ids":[257],"tokens":["<sys>"]},"<end>":{"id":"<end>","ids":[262],"tokens":["<end>"]}}}""".formatted(
                                "{\"SpecialToken\":{\"id\":\"<sys>\",\"type_id\":",
                                "{\"Sequence\":{\"id\":\"A\",\"type_id\":",
                                "{\"SpecialToken\":{\"id\":\"<end>\",\"type_id\":"));
    }
}
