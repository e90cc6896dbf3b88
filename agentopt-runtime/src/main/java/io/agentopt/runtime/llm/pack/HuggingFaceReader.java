package io.agentopt.runtime.llm.pack;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentopt.cost.Parameters;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.operator.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads the folder of an exported Hugging Face model: config.json, generation_config.json and genai_config.json where they are, the
 * tokenizer's files, and the ONNX file's inputs and outputs.
 */
final class HuggingFaceReader {
    static final String FILE = "config.json";

    /** Where exporters put a decoder, the first that is there counts. */
    private static final List<String> ONNX =
            List.of("model.onnx", "decoder_model_merged.onnx", "onnx/model.onnx", "onnx/decoder_model_merged.onnx");

    // Of a parameter in the files: two bits, and fp32 that some exporters write twice, each with room for what is not
    // counted.
    private static final double FEWEST_BYTES = 0.15, MOST_BYTES = 16;

    /** Feed-forward layers without a gate. */
    private static final Set<String> UNGATED =
            Set.of("phi", "gpt_neox", "opt", "falcon", "starcoder2", "stablelm_alpha");

    private final Path folder;
    private final Optional<JsonFile> own;
    private final JsonFile config;
    private final Optional<JsonFile> generation;
    private final Optional<JsonFile> genai;

    HuggingFaceReader(Path folder, Optional<JsonFile> own) {
        this.folder = folder;
        this.own = own;
        config = JsonFile.read(folder.resolve(FILE));
        generation = JsonFile.ifThere(folder.resolve("generation_config.json"));
        genai = JsonFile.ifThere(folder.resolve("genai_config.json"));
    }

    ModelPack read() {
        Path tokenizer = folder.resolve("tokenizer.json");
        if (!Files.isRegularFile(tokenizer)) {
            throw new ModelPackException(
                    "The folder '" + folder
                            + "' has no tokenizer.json. Copy it from the model, or make one with AutoTokenizer.save_pretrained.");
        }
        if (HuggingFaceReranker.is(config))
            return new HuggingFaceReranker(folder, config, own, folderName()).read(tokenizer);
        if (HuggingFaceEmbedder.is(folder, config))
            return new HuggingFaceEmbedder(folder, config, own, folderName()).read(tokenizer);
        Path onnx = onnx();
        ModelPack.Chat chat = own.isPresent() && own.get().has("chat")
                ? PackReader.chat(own.get())
                : new HuggingFaceChat(folder, tokenizer, config, generation, genai).read();
        OnnxWiring wiring = OnnxWiring.of(onnx, OnnxWiring.Names.of(genai), chat);
        String id = own.map(o -> o.text("id", "")).filter(i -> !i.isEmpty()).orElseGet(this::folderName);
        return new ModelPack(
                folder,
                spec(id, onnx, wiring),
                own.map(o -> o.text("description", "")).orElse(""),
                own.map(o -> o.text("licence", "")).orElse(""),
                onnx,
                tokenizer,
                wiring.decoder(),
                sampling());
    }

    private String folderName() {
        Path name = folder.getFileName();
        return name == null ? "model" : name.toString();
    }

    private Path onnx() {
        Optional<String> named =
                genai.filter(g -> g.has("model.decoder.filename")).map(g -> g.text("model.decoder.filename"));
        for (String candidate : named.map(List::of).orElse(ONNX)) {
            Path file = folder.resolve(candidate).normalize();
            if (file.startsWith(folder) && Files.isRegularFile(file)) return file;
        }
        if (named.isPresent()) {
            throw genai.orElseThrow()
                    .wrong(
                            "model.decoder.filename",
                            named.get(),
                            "does not exist in " + folder + "; copy the whole folder");
        }
        List<Path> others = files(folder);
        if (others.size() == 1) return others.getFirst();
        throw new ModelPackException("The folder '" + folder + "' has "
                + (others.isEmpty()
                        ? "no ONNX file"
                        : "several ONNX files, " + others + ", and none is called model.onnx")
                + ". Export the model (docs/models.md); a decoder must be one file that takes a KV cache, called one of "
                + ONNX + ".");
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".onnx")).sorted().toList();
        } catch (IOException e) {
            throw new ModelPackException("The folder '" + folder + "' cannot be listed: " + e.getMessage(), e);
        }
    }

    private ModelSpec spec(String id, Path onnx, OnnxWiring wiring) {
        Precision kv = wiring.kv();
        if (config.has("text_config")) {
            throw config.wrong(
                    "text_config",
                    "...",
                    "belongs to a model of several modalities, which this version does not read; export its language model alone");
        }
        if (config.flag("is_encoder_decoder", false)) {
            throw config.wrong("is_encoder_decoder", true, "belongs to an encoder-decoder; only decoders are read");
        }
        int hidden = positive("hidden_size"), heads = positive("num_attention_heads");
        int experts = config.integer("num_local_experts", config.integer("num_experts", 0));
        int ffn = positive("intermediate_size");
        if (!config.has("head_dim") && hidden % heads != 0) {
            throw config.wrong("hidden_size", hidden, "must be a multiple of num_attention_heads (" + heads + ")");
        }
        try {
            ModelSpec spec = new ModelSpec(
                    id,
                    ModelSpec.Kind.DECODER,
                    positive("num_hidden_layers"),
                    hidden,
                    heads,
                    config.has("num_key_value_heads") ? positive("num_key_value_heads") : heads,
                    config.has("head_dim") ? positive("head_dim") : hidden / heads,
                    experts > 0 ? 0 : ffn,
                    !UNGATED.contains(config.text("model_type")),
                    positive("vocab_size"),
                    config.flag("tie_word_embeddings", false),
                    context(),
                    experts > 0
                            ? new ModelSpec.Experts(
                                    experts,
                                    config.integer("num_experts_per_tok"),
                                    config.integer("moe_intermediate_size", ffn),
                                    0,
                                    0)
                            : ModelSpec.Experts.NONE,
                    kv,
                    kv,
                    kv);
            return spec.withWeights(weights(config, spec, onnx, wiring.bytes()));
        } catch (IllegalArgumentException e) {
            throw new ModelPackException(
                    "The file " + config.file() + " describes no possible model: " + e.getMessage(), e);
        }
    }

    private int context() {
        Optional<JsonFile> named = genai.filter(g -> g.has("model.context_length"));
        if (named.isEmpty()) return positive("max_position_embeddings");
        int context = named.get().integer("model.context_length");
        if (context < 1) throw named.get().wrong("model.context_length", context, "must be positive");
        return context;
    }

    private int positive(String field) {
        int value = config.integer(field);
        if (value < 1) throw config.wrong(field, value, "must be positive");
        return value;
    }

    /** The format whose bytes per parameter are nearest to those of the files, as a ratio. */
    static Precision weights(JsonFile config, ModelSpec spec, Path onnx, double bytes) {
        double parameters = Parameters.of(spec).total(), each = bytes / parameters;
        if (!(each > FEWEST_BYTES && each < MOST_BYTES)) {
            throw new ModelPackException(String.format(
                    Locale.ROOT,
                    "The file %s describes a model of %.3g parameters, but the ONNX file %s and the weights beside it have %.3g bytes,"
                            + " %.2g for each. Use the config.json that was exported with it.",
                    config.file(),
                    parameters,
                    onnx,
                    bytes,
                    each));
        }
        return Stream.of(Precision.FP32, Precision.FP16, Precision.INT8, Precision.INT4)
                .min(Comparator.comparingDouble(p -> Math.abs(Math.log(each / p.bytes()))))
                .orElseThrow();
    }

    private Optional<Sampling> sampling() {
        JsonFile from = generation.orElse(null);
        String prefix = "";
        if (from == null) {
            from = genai.filter(g -> g.has("search")).orElse(null);
            prefix = "search.";
        }
        if (from == null) return Optional.empty();
        if (!from.flag(prefix + "do_sample", false)) return Optional.of(Sampling.greedy());
        try {
            return Optional.of(new Sampling(
                    from.number(prefix + "temperature", 1),
                    from.integer(prefix + "top_k", 50), // what Transformers takes when nothing is said
                    from.number(prefix + "top_p", 1),
                    0));
        } catch (IllegalArgumentException e) {
            throw new ModelPackException(
                    "The file " + from.file() + " suggests no possible sampling: " + e.getMessage(), e);
        }
    }

    /** {@return token ids of a field that is one number or a list of them} */
    static List<Integer> ids(JsonFile file, String field) {
        JsonNode value = file.at(field);
        List<JsonNode> all = new java.util.ArrayList<>();
        if (value.isArray()) value.forEach(all::add);
        else all.add(value);
        if (all.isEmpty() || all.stream().anyMatch(v -> !v.isIntegralNumber() || !v.canConvertToInt())) {
            throw file.wrong(field, value, "must be a token id or a list of them");
        }
        return all.stream().map(JsonNode::asInt).toList();
    }
}
