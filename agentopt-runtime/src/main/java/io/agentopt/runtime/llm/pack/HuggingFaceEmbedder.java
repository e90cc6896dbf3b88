package io.agentopt.runtime.llm.pack;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentopt.cost.OnnxSignature;
import io.agentopt.cost.OnnxSignature.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads the folder of an exported embedder in the layout of sentence-transformers: modules.json lists what follows the model (pooling, then perhaps
 * normalisation), each with a folder of its own. A model that gives {@code sentence_embedding} pools in the file and needs no such list.
 */
final class HuggingFaceEmbedder {
    private static final String MODULES = "modules.json";

    /** What exporters call a text's vector, and the states of its tokens. */
    private static final String POOLED = "sentence_embedding";

    private static final List<String> STATES = List.of("last_hidden_state", "token_embeddings");

    private final Path folder;
    private final JsonFile config;
    private final HuggingFaceEncoder encoder;

    /** @param name of the model, where {@code own} says none */
    HuggingFaceEmbedder(Path folder, JsonFile config, Optional<JsonFile> own, String name) {
        this.folder = folder;
        this.config = config;
        encoder = new HuggingFaceEncoder(folder, config, own, "an embedder", name);
    }

    /** {@return whether a folder is of such a model: it has modules.json, or its config.json names a model without a head} */
    static boolean is(Path folder, JsonFile config) {
        if (Files.isRegularFile(folder.resolve(MODULES))) return true;
        if (!config.has("architectures") || config.flag("is_encoder_decoder", false)) return false;
        for (JsonNode architecture : config.at("architectures"))
            if (architecture.asText().endsWith("Model")) return true;
        return false;
    }

    ModelPack read(Path tokenizer) {
        Path onnx = encoder.onnx();
        OnnxSignature signature = OnnxWiring.signature(onnx);
        Map<String, Path> modules = modules();
        Optional<Path> pooling = Optional.ofNullable(modules.get("Pooling"));
        String output = output(onnx, signature);
        ModelPack.Pooling how = output.equals(POOLED) ? ModelPack.Pooling.IN_FILE : pooling(pooling);
        ModelPack.Texts texts = texts(modules.isEmpty() || modules.containsKey("Normalize"), pooling);
        ModelPack.Embedder layout = new ModelPack.Embedder(
                encoder.require(onnx, signature, "input_ids"),
                encoder.require(onnx, signature, "attention_mask"),
                Optional.of("token_type_ids").filter(signature.inputs()::containsKey),
                output,
                dimension(onnx, signature.outputs().get(output), output),
                how,
                encoder.padding(),
                texts);
        return encoder.pack(onnx, signature, tokenizer, layout, context());
    }

    /** {@return the folder of each step behind tokenizing, by its kind; empty where there is no list} */
    private Map<String, Path> modules() {
        Path file = folder.resolve(MODULES);
        if (!Files.isRegularFile(file)) return Map.of();
        Map<String, Path> found = new TreeMap<>();
        for (JsonNode module : JsonFile.list(file)) {
            String type = module.path("type").asText(), kind = type.substring(type.lastIndexOf('.') + 1);
            if (!List.of("Transformer", "Pooling", "Normalize").contains(kind)) {
                throw new ModelPackException("The file " + file + " lists a step '" + type
                        + "', which is none of Transformer, Pooling and Normalize. Export the model with its steps in the ONNX file, as the output '"
                        + POOLED + "'.");
            }
            Path place = folder.resolve(module.path("path").asText()).normalize();
            if (!place.startsWith(folder))
                throw new ModelPackException("The file " + file + " puts a step into " + place
                        + ", and it must lie in the pack's folder. Copy it there and correct the path.");
            found.put(kind, place);
        }
        return found;
    }

    private String output(Path onnx, OnnxSignature signature) {
        if (signature.outputs().containsKey(POOLED)) return POOLED;
        for (String states : STATES) if (signature.outputs().containsKey(states)) return states;
        throw new ModelPackException("The ONNX file " + onnx + " of an embedder has none of the outputs '" + POOLED
                + "' and " + STATES + ". It has " + signature.outputs().keySet()
                + ". Export it with the task feature-extraction, or describe it in model.json.");
    }

    private ModelPack.Pooling pooling(Optional<Path> module) {
        Path folder = module.orElseThrow(() -> new ModelPackException("The folder '" + this.folder
                + "' of an embedder does not say how the states of its tokens become one vector: it has no " + MODULES
                + " with a step Pooling. Copy " + MODULES
                + " and 1_Pooling/config.json from the model, or describe it in model.json (onnx.pooling)."));
        JsonFile config = required(folder.resolve("config.json"), "says how tokens are pooled");
        List<String> modes = modes(config);
        if (modes.size() != 1) {
            throw new ModelPackException(
                    "The file " + config.file() + " names the pooling modes " + modes
                            + ", and one is needed, mean, cls or lasttoken. Export the model with its pooling in the ONNX file.");
        }
        return switch (modes.getFirst()) {
            case "mean", "mean_tokens" -> ModelPack.Pooling.MEAN;
            case "cls", "cls_token" -> ModelPack.Pooling.CLS;
            case "lasttoken" -> ModelPack.Pooling.LAST;
            default ->
                throw config.wrong(
                        "pooling_mode",
                        modes.getFirst(),
                        "is none of mean, cls and lasttoken; export the model with its pooling in the ONNX file");
        };
    }

    /** The one mode that newer files name, or those that older ones have a flag for. */
    private static List<String> modes(JsonFile config) {
        List<String> modes = new ArrayList<>();
        if (config.has("pooling_mode")) {
            JsonNode value = config.at("pooling_mode");
            if (value.isArray()) value.forEach(mode -> modes.add(mode.asText()));
            else modes.add(value.asText());
            return modes;
        }
        config.root().properties().forEach(e -> {
            if (e.getKey().startsWith("pooling_mode_") && e.getValue().asBoolean())
                modes.add(e.getKey().substring("pooling_mode_".length()));
        });
        return modes;
    }

    private JsonFile required(Path file, String why) {
        return JsonFile.ifThere(file)
                .orElseThrow(() -> new ModelPackException("The folder '" + folder + "' of an embedder has no "
                        + folder.relativize(file) + ", which " + why + ". Copy it from the model."));
    }

    private int dimension(Path onnx, Value output, String name) {
        long width = output.dims().isEmpty() ? -1 : output.dims().getLast();
        int hidden = encoder.hidden();
        if (width < 0 || width == hidden) return hidden;
        if (name.equals(POOLED)) return (int) width; // behind a layer of its own
        throw new ModelPackException("The output '" + name + "' of " + onnx + " has " + width
                + " numbers for a token, and the hidden_size of " + config.file() + " is " + hidden
                + ". Use the config.json that was exported with it.");
    }

    private ModelPack.Texts texts(boolean unit, Optional<Path> pooling) {
        Optional<JsonFile> settings = JsonFile.ifThere(folder.resolve("config_sentence_transformers.json"));
        Map<String, String> prompts = new HashMap<>();
        Optional<String> usual = Optional.empty();
        if (settings.isPresent() && settings.get().has("prompts")) {
            for (var e : settings.get().section("prompts").root().properties()) {
                if (!e.getValue().isNull()) prompts.put(e.getKey(), e.getValue().asText());
            }
            usual = settings.filter(s -> s.has("default_prompt_name")).map(s -> s.text("default_prompt_name"));
            if (usual.isPresent() && !prompts.containsKey(usual.get()))
                throw settings.get()
                        .wrong("default_prompt_name", usual.get(), "is none of the prompts " + prompts.keySet());
        }
        boolean excluded = pooling.map(p -> p.resolve("config.json"))
                .flatMap(JsonFile::ifThere)
                .map(p -> !p.flag("include_prompt", true))
                .orElse(false);
        if (excluded && prompts.values().stream().anyMatch(p -> !p.isEmpty())) {
            throw new ModelPackException("The file " + pooling.orElseThrow().resolve("config.json")
                    + " leaves prompts out of the pooling (include_prompt), which this version does not."
                    + " Export the model with its pooling in the ONNX file, or drop its prompts.");
        }
        return new ModelPack.Texts(
                prompts,
                usual,
                sentence().map(s -> s.flag("do_lower_case", false)).orElse(false),
                unit);
    }

    private Optional<JsonFile> sentence() {
        return JsonFile.ifThere(folder.resolve("sentence_bert_config.json"));
    }

    private int context() {
        Optional<JsonFile> said = sentence().filter(s -> s.has("max_seq_length"));
        return said.map(s -> Math.min(s.positive("max_seq_length"), encoder.context()))
                .orElseGet(encoder::context);
    }
}
