package io.agentopt.runtime.llm.pack;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentopt.cost.OnnxSignature;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the folders of exported Hugging Face encoders have in common: their ONNX file, their shapes in config.json, their padding.
 *
 * @param word what the model is, for messages
 * @param name of the model, where {@code own} says none
 */
record HuggingFaceEncoder(Path folder, JsonFile config, Optional<JsonFile> own, String word, String name) {
    /** Where exporters put an encoder, the first that is there counts. */
    private static final List<String> ONNX = List.of("model.onnx", "onnx/model.onnx");

    /** Families whose positions begin behind the padding token, 1: the table holds two positions that no text reaches. */
    private static final Set<String> OFFSET = Set.of("roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet");

    /** Feed-forward layers with a gate. */
    private static final Set<String> GATED =
            Set.of("modernbert", "new", "nomic_bert", "llama", "mistral", "qwen2", "qwen3", "gemma3_text");

    private static final int RESERVED = 2;

    Path onnx() {
        for (String candidate : ONNX) {
            Path file = folder.resolve(candidate);
            if (Files.isRegularFile(file)) return file;
        }
        throw new ModelPackException("The folder '" + folder + "' of " + word
                + " has no ONNX file, which must be one of " + ONNX + ". Export the model (docs/models.md).");
    }

    /** {@return the name of an input that the file must have} */
    String require(Path onnx, OnnxSignature signature, String input) {
        if (signature.inputs().containsKey(input)) return input;
        throw new ModelPackException("The ONNX file " + onnx + " of " + word + " has no input '" + input
                + "'. It has the inputs " + signature.inputs().keySet() + " and outputs "
                + signature.outputs().keySet() + ". Export it again (docs/models.md), or describe it in model.json.");
    }

    ModelPack pack(Path onnx, OnnxSignature signature, Path tokenizer, ModelPack.Layout layout, int context) {
        return new ModelPack(
                folder,
                spec(onnx, signature, context),
                own.map(o -> o.text("description", "")).orElse(""),
                own.map(o -> o.text("licence", "")).orElse(""),
                onnx,
                tokenizer,
                layout,
                Optional.empty());
    }

    private ModelSpec spec(Path onnx, OnnxSignature signature, int context) {
        int hidden = hidden(), heads = positive("num_attention_heads", "n_heads");
        if (!config.has("head_dim") && hidden % heads != 0)
            throw config.wrong("hidden_size", hidden, "must be a multiple of the attention heads (" + heads + ")");
        String id = own.map(o -> o.text("id", "")).filter(i -> !i.isEmpty()).orElse(name);
        try {
            ModelSpec spec = new ModelSpec(
                    id,
                    ModelSpec.Kind.EMBEDDER,
                    positive("num_hidden_layers", "n_layers"),
                    hidden,
                    heads,
                    config.has("num_key_value_heads") ? config.positive("num_key_value_heads") : heads,
                    config.has("head_dim") ? config.positive("head_dim") : hidden / heads,
                    positive("intermediate_size", "hidden_dim"),
                    GATED.contains(config.text("model_type")),
                    config.positive("vocab_size"),
                    false,
                    context,
                    ModelSpec.Experts.NONE,
                    Precision.FP32,
                    Precision.FP32,
                    Precision.FP32);
            return spec.withWeights(HuggingFaceReader.weights(config, spec, onnx, OnnxWiring.bytes(onnx, signature)));
        } catch (IllegalArgumentException e) {
            throw new ModelPackException(
                    "The file " + config.file() + " describes no possible model: " + e.getMessage(), e);
        }
    }

    int hidden() {
        return positive("hidden_size", "dim");
    }

    /** {@return positions that a text may take} */
    int context() {
        int positions = config.positive("max_position_embeddings");
        int context = OFFSET.contains(config.text("model_type")) ? positions - RESERVED : positions;
        if (context < 1) throw config.wrong("max_position_embeddings", positions, "must be more than " + RESERVED);
        return context;
    }

    /** A field, or what another family calls it. */
    private int positive(String field, String otherwise) {
        return config.positive(!config.has(field) && config.has(otherwise) ? otherwise : field);
    }

    /** {@return the token that fills rows up: that of tokenizer_config.json, else of config.json, else 0} */
    int padding() {
        Optional<JsonFile> settings = JsonFile.ifThere(folder.resolve("tokenizer_config.json"));
        if (settings.isPresent() && settings.get().has("pad_token")) {
            JsonNode value = settings.get().at("pad_token"); // a text, or an object with its content
            String literal = value.isObject() ? value.path("content").asText() : value.asText();
            for (JsonNode token :
                    JsonFile.read(folder.resolve("tokenizer.json")).root().path("added_tokens")) {
                if (token.path("content").asText().equals(literal))
                    return token.path("id").asInt();
            }
            throw settings.get()
                    .wrong(
                            "pad_token",
                            literal,
                            "is no added token of tokenizer.json; is the tokenizer another model's?");
        }
        int id = config.integer("pad_token_id", 0);
        if (id < 0 || id >= config.positive("vocab_size"))
            throw config.wrong("pad_token_id", id, "must be a token below the vocab_size");
        return id;
    }
}
