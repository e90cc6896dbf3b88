package io.agentopt.runtime.llm.pack;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentopt.cost.OnnxSignature;
import io.agentopt.cost.OnnxSignature.Value;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads the folder of an exported Hugging Face cross-encoder: a model for the classification of sequences with one label, how well a query and a passage
 * match, or two, that they do not and that they do.
 */
final class HuggingFaceReranker {
    private static final String SUFFIX = "ForSequenceClassification";

    private final JsonFile config;
    private final HuggingFaceEncoder encoder;

    /** @param name of the model, where {@code own} says none */
    HuggingFaceReranker(Path folder, JsonFile config, Optional<JsonFile> own, String name) {
        this.config = config;
        encoder = new HuggingFaceEncoder(folder, config, own, "a reranker", name);
    }

    /** {@return whether a config.json is of such a model} */
    static boolean is(JsonFile config) {
        if (!config.has("architectures")) return false;
        for (JsonNode architecture : config.at("architectures"))
            if (architecture.asText().endsWith(SUFFIX)) return true;
        return false;
    }

    ModelPack read(Path tokenizer) {
        Path onnx = encoder.onnx();
        OnnxSignature signature = OnnxWiring.signature(onnx);
        ModelPack.Reranker layout = new ModelPack.Reranker(
                encoder.require(onnx, signature, "input_ids"),
                encoder.require(onnx, signature, "attention_mask"),
                Optional.of("token_type_ids").filter(signature.inputs()::containsKey),
                "logits",
                labels(onnx, signature),
                encoder.padding());
        return encoder.pack(onnx, signature, tokenizer, layout, encoder.context());
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
}
