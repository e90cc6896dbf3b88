package io.agentopt.benchmarks.llm;

import java.nio.file.Path;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;

/**
 * The weights of {@link RandomDecoder} as llama.cpp reads them. Its matrices have the outputs' index outside. It rotates
 * neighbouring numbers where ONNX Runtime rotates the two halves of a head, so rows of queries and keys change places. Each
 * token is one letter, so that texts and tokens are the same thing.
 */
final class GgufDecoder {
    private static final int FIRST_LETTER =
            0x4E00; // 20,992 letters that stand together, none of them white or combining
    private static final int NORMAL = 1, CONTROL = 3;

    private final DecoderShape shape;
    private final boolean int8;
    private final GgufFile file = new GgufFile();

    private GgufDecoder(DecoderShape shape, boolean int8) {
        this.shape = shape;
        this.int8 = int8;
    }

    static String text(int[] tokens) {
        StringBuilder text = new StringBuilder();
        for (int t : tokens) text.append((char) (FIRST_LETTER + t));
        return text.toString();
    }

    /** {@return the tokens of a text; the end, which has none, is left out} */
    static int[] tokens(String text) {
        return text.chars().map(c -> c - FIRST_LETTER).toArray();
    }

    /** @param int8 whether matrices are those of {@link Int8Weights} */
    static Path write(Path path, DecoderShape shape, boolean int8) {
        GgufDecoder decoder = new GgufDecoder(shape, int8);
        decoder.architecture();
        decoder.vocabulary();
        decoder.tensors();
        return decoder.file.write(path);
    }

    private void architecture() {
        file.entry("general.architecture", "llama").entry("general.name", "random");
        file.entry("llama.context_length", shape.context()).entry("llama.embedding_length", shape.hidden());
        file.entry("llama.block_count", shape.layers()).entry("llama.feed_forward_length", shape.ffn());
        file.entry("llama.attention.head_count", shape.heads());
        file.entry("llama.attention.head_count_kv", shape.kvHeads());
        file.entry("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        file.entry("llama.rope.dimension_count", shape.headDim()).entry("llama.rope.freq_base", 10_000f);
        file.entry("llama.vocab_size", shape.vocab());
    }

    private void vocabulary() {
        int end = shape.vocab() - 1;
        List<String> words = IntStream.range(0, shape.vocab())
                .mapToObj(id -> id == end ? "<end>" : Character.toString(FIRST_LETTER + id))
                .toList();
        file.entry("tokenizer.ggml.model", "llama").entry("tokenizer.ggml.tokens", words);
        file.entry("tokenizer.ggml.scores", new float[shape.vocab()]);
        file.entry(
                "tokenizer.ggml.token_type",
                IntStream.range(0, shape.vocab())
                        .map(id -> id == end ? CONTROL : NORMAL)
                        .toArray());
        file.entry("tokenizer.ggml.bos_token_id", end).entry("tokenizer.ggml.eos_token_id", end);
        file.entry("tokenizer.ggml.unknown_token_id", end);
        file.entry("tokenizer.ggml.add_bos_token", false).entry("tokenizer.ggml.add_eos_token", false);
        file.entry("tokenizer.ggml.add_space_prefix", false);
    }

    private void tensors() {
        file.tensor("token_embd.weight", WeightFile.uniform("embedding", 1), shape.hidden(), shape.vocab());
        for (int layer = 0; layer < shape.layers(); layer++) {
            String from = "l" + layer + ".", to = "blk." + layer + ".";
            gain(to + "attn_norm");
            rotated(from + "q", to + "attn_q", shape.hidden());
            rotated(from + "k", to + "attn_k", shape.kvWidth());
            matrix(from + "v", to + "attn_v", shape.hidden(), shape.kvWidth());
            matrix(from + "o", to + "attn_output", shape.hidden(), shape.hidden());
            gain(to + "ffn_norm");
            matrix(from + "gate", to + "ffn_gate", shape.hidden(), shape.ffn());
            matrix(from + "up", to + "ffn_up", shape.hidden(), shape.ffn());
            matrix(from + "down", to + "ffn_down", shape.ffn(), shape.hidden());
        }
        gain("output_norm");
        matrix("logits", "output", shape.hidden(), shape.vocab());
    }

    private void gain(String name) {
        file.tensor(name + ".weight", i -> 1, shape.hidden());
    }

    private void matrix(String from, String to, long inputs, long outputs) {
        matrix(from, to, inputs, outputs, row -> row);
    }

    private void rotated(String from, String to, long outputs) {
        long width = shape.headDim();
        matrix(from, to, shape.hidden(), outputs, row -> {
            long within = row % width;
            return row - within + within / 2 + within % 2 * (width / 2);
        });
    }

    private void matrix(String from, String to, long inputs, long outputs, LongUnaryOperator column) {
        WeightFile.Formula w = int8 ? Int8Weights.of(from, inputs) : RandomDecoder.weights(from, inputs);
        WeightFile.Formula turned = i -> w.at(i % inputs * outputs + column.applyAsLong(i / inputs));
        if (int8) {
            file.blocks(to + ".weight", Int8Weights.scale(inputs), turned, inputs, outputs);
        } else {
            file.tensor(to + ".weight", turned, inputs, outputs);
        }
    }
}
