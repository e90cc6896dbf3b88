package io.agentopt.runtime.llm.pack;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentopt.cost.OnnxSignature;
import io.agentopt.cost.OnnxSignature.Value;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the folder of an exported Hugging Face cross-encoder: a model for the classification of sequences with one label, how well a query and a passage
 * match, or two, that they do not and that they do.
 */
final class HuggingFaceReranker {
    private static final String SUFFIX = "ForSequenceClassification";

    /** Where exporters put an encoder, the first that is there counts. */
    private static final List<String> ONNX = List.of("model.onnx", "onnx/model.onnx");

    /** Families whose positions begin behind the padding token, 1: the table holds two positions that no text reaches. */
    private static final Set<String> OFFSET = Set.of("roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet");

    /** Feed-forward layers with a gate. */
    private static final Set<String> GATED = Set.of("modernbert", "new", "nomic_bert", "llama", "mistral", "qwen2");

    private static final int RESERVED = 2;

    private final Path folder;
    private final JsonFile config;
    private final Optional<JsonFile> own;
    private final String name;

    /** @param name of the model, where {@code own} says none */
    HuggingFaceReranker(Path folder, JsonFile config, Optional<JsonFile> own, String name) {
        this.folder = folder;
        this.config = config;
        this.own = own;
        this.name = name;
    }

    /** {@return whether a config.json is of such a model} */
    static boolean is(JsonFile config) {
        if (!config.has("architectures")) return false;
        for (JsonNode architecture : config.at("architectures"))
            if (architecture.asText().endsWith(SUFFIX)) return true;
        return false;
    }

    ModelPack read(Path tokenizer) {
        Path onnx = onnx();
        OnnxSignature signature = OnnxWiring.signature(onnx);
        ModelPack.Reranker layout = new ModelPack.Reranker(
                require(onnx, signature, "input_ids"),
                require(onnx, signature, "attention_mask"),
                Optional.of("token_type_ids").filter(signature.inputs()::containsKey),
                "logits",
                labels(onnx, signature));
        return new ModelPack(
                folder,
                spec(onnx, signature),
                own.map(o -> o.text("description", "")).orElse(""),
                own.map(o -> o.text("licence", "")).orElse(""),
                onnx,
                tokenizer,
                layout,
                Optional.empty());
    }

    private Path onnx() {
        for (String candidate : ONNX) {
            Path file = folder.resolve(candidate);
            if (Files.isRegularFile(file)) return file;
        }
        throw new ModelPackException("The folder '" + folder + "' of a reranker has no ONNX file, which must be one of "
                + ONNX + ". Export the model (docs/models.md).");
    }

    private String require(Path onnx, OnnxSignature signature, String input) {
        if (signature.inputs().containsKey(input)) return input;
        throw new ModelPackException(
                "The ONNX file " + onnx + " of a reranker has no input '" + input + "'. It has the inputs "
                        + signature.inputs().keySet() + " and outputs "
                        + signature.outputs().keySet()
                        + ". Export it again (docs/models.md), or describe it in model.json.");
    }

    private int labels(Path onnx, OnnxSignature signature) {
        Value logits = signature.outputs().get("logits");
        if (logits == null) {
            throw new ModelPackException("The ONNX file " + onnx + " of a reranker has no output 'logits'. It has "
                    + signature.outputs().keySet() + ". Export it with the task text-classification.");
        }
        long labels = logits.dims().size() == 1
                ? 1
                : logits.dims().isEmpty() ? -1 : logits.dims().getLast();
        if (labels < 0) { // free in the file; two is what Transformers takes when nothing is said
            labels = config.has("id2label") ? config.at("id2label").size() : config.integer("num_labels", 2);
        }
        if (labels != 1 && labels != 2) {
            throw new ModelPackException("The model of " + config.file() + " has " + labels
                    + " labels: it classifies texts and is no reranker, which has 1 (a score) or 2 (no match, match).");
        }
        return (int) labels;
    }

    private ModelSpec spec(Path onnx, OnnxSignature signature) {
        int hidden = positive("hidden_size", "dim"), heads = positive("num_attention_heads", "n_heads");
        if (hidden % heads != 0)
            throw config.wrong("hidden_size", hidden, "must be a multiple of the attention heads (" + heads + ")");
        String id = own.map(o -> o.text("id", "")).filter(i -> !i.isEmpty()).orElse(name);
        try {
            ModelSpec spec = new ModelSpec(
                    id,
                    ModelSpec.Kind.EMBEDDER,
                    positive("num_hidden_layers", "n_layers"),
                    hidden,
                    heads,
                    config.has("num_key_value_heads") ? positive("num_key_value_heads", "") : heads,
                    hidden / heads,
                    positive("intermediate_size", "hidden_dim"),
                    GATED.contains(config.text("model_type")),
                    positive("vocab_size", ""),
                    false,
                    context(),
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

    private int context() {
        int positions = positive("max_position_embeddings", "");
        int context = OFFSET.contains(config.text("model_type")) ? positions - RESERVED : positions;
        if (context < 1) throw config.wrong("max_position_embeddings", positions, "must be more than " + RESERVED);
        return context;
    }

    /** A field, or what another family calls it. */
    private int positive(String field, String otherwise) {
        String found = !config.has(field) && !otherwise.isEmpty() && config.has(otherwise) ? otherwise : field;
        int value = config.integer(found);
        if (value < 1) throw config.wrong(found, value, "must be positive");
        return value;
    }
}
