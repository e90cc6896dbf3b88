package io.agentopt.runtime.llm.pack;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentopt.message.Message.Role;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads model.json, format 1. Every complaint names the file and the field. */
final class PackReader {
    private static final int FORMAT = 1;

    private final Path folder;
    private final Path file;

    PackReader(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
        file = this.folder.resolve(ModelPack.FILE);
    }

    ModelPack read() {
        if (!Files.isDirectory(folder))
            throw new ModelPackException("The model pack '" + folder + "' is not a folder.");
        SpeechPack.refuse(folder);
        Optional<JsonFile> own = JsonFile.ifThere(file);
        if (own.isPresent() && own.get().has("architecture")) return read(own.get());
        Path config = folder.resolve(HuggingFaceReader.FILE);
        if (Files.isRegularFile(config)) return new HuggingFaceReader(folder, own).read();
        if (own.isPresent()) return read(own.get());
        throw new ModelPackException("The folder '" + folder + "' has no " + ModelPack.FILE
                + " and no config.json of a Hugging Face model, so it is no model pack.");
    }

    private ModelPack read(JsonFile json) {
        int format = json.integer("format");
        if (format != FORMAT)
            throw json.wrong("format", format, "must be " + FORMAT + ", the only one that this version reads");
        String kind = json.text("kind");
        ModelPack.Layout layout = switch (kind) {
            case "decoder" -> decoder(json);
            case "embedder" -> embedder(json);
            case "reranker" -> reranker(json);
            case OnnxPack.KIND ->
                throw json.wrong("kind", kind, "is a plain ONNX file, which only Infer steps and InferEngine run");
            default -> throw json.wrong("kind", kind, "must be \"decoder\", \"embedder\" or \"reranker\"");
        };
        ModelSpec spec = spec(json, layout);
        return new ModelPack(
                folder,
                spec,
                json.text("description", ""),
                json.text("licence", ""),
                sibling(json, "onnx.file"),
                sibling(json, "tokenizer.file"),
                layout,
                Optional.empty());
    }

    private ModelPack.Decoder decoder(JsonFile json) {
        String layout = json.text("onnx.layout");
        ModelPack.Wiring wiring = Stream.of(ModelPack.Wiring.values())
                .filter(w -> w.id().equals(layout))
                .findFirst()
                .orElseThrow(() -> json.wrong(
                        "onnx.layout",
                        layout,
                        "is unknown; this version runs \"gqa-in-place\" (GroupQueryAttention, past and present in one buffer)"
                                + " and \"optimum\" (present is past and what is appended, by Concat)"));
        String positions = json.text("onnx.logitsPositions");
        if (!positions.equals("last") && !positions.equals("all"))
            throw json.wrong("onnx.logitsPositions", positions, "must be \"last\" or \"all\"");
        return new ModelPack.Decoder(
                wiring,
                json.text("onnx.inputIds"),
                lengths(json),
                optional(json, "onnx.positionIds"),
                optional(json, "onnx.cacheSwitch"),
                json.text("onnx.logits"),
                positions.equals("last"),
                perLayer(json, "onnx.pastKey"),
                perLayer(json, "onnx.pastValue"),
                perLayer(json, "onnx.presentKey"),
                perLayer(json, "onnx.presentValue"),
                chat(json));
    }

    private ModelPack.Lengths lengths(JsonFile json) {
        if (!json.has("onnx.lastPositions")) return new ModelPack.Mask(json.text("onnx.attentionMask"));
        if (json.has("onnx.attentionMask")) {
            throw json.wrong(
                    "onnx.lastPositions",
                    json.at("onnx.lastPositions"),
                    "stands beside onnx.attentionMask; a model has one or the other");
        }
        return new ModelPack.Counts(
                json.text("onnx.lastPositions"), json.text("onnx.totalLength"), optional(json, "onnx.lastIndex"));
    }

    private Optional<String> optional(JsonFile json, String field) {
        return json.has(field) ? Optional.of(json.text(field)) : Optional.empty();
    }

    private ModelPack.Embedder embedder(JsonFile json) {
        int dimension = json.integer("architecture.dimension");
        if (dimension < 1) throw json.wrong("architecture.dimension", dimension, "must be positive");
        return new ModelPack.Embedder(
                json.text("onnx.inputIds"),
                json.text("onnx.attentionMask"),
                optional(json, "onnx.tokenTypes"),
                json.text("onnx.embedding"),
                dimension,
                pooling(json),
                json.integer("onnx.padding", 0),
                ModelPack.Texts.PLAIN);
    }

    private static ModelPack.Pooling pooling(JsonFile json) {
        String name = json.text("onnx.pooling", "in-file");
        return switch (name) {
            case "in-file" -> ModelPack.Pooling.IN_FILE;
            case "mean" -> ModelPack.Pooling.MEAN;
            case "cls" -> ModelPack.Pooling.CLS;
            case "last" -> ModelPack.Pooling.LAST;
            default -> throw json.wrong("onnx.pooling", name, "must be \"in-file\", \"mean\", \"cls\" or \"last\"");
        };
    }

    private ModelPack.Reranker reranker(JsonFile json) {
        int labels = json.integer("onnx.labels", 1);
        if (labels != 1 && labels != 2)
            throw json.wrong("onnx.labels", labels, "must be 1 (a score) or 2 (no match, match)");
        return new ModelPack.Reranker(
                json.text("onnx.inputIds"),
                json.text("onnx.attentionMask"),
                optional(json, "onnx.tokenTypes"),
                json.text("onnx.scores"),
                labels,
                json.integer("onnx.padding", 0));
    }

    static ModelPack.Chat chat(JsonFile json) {
        Map<Role, String> roles = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            String name = role.name().toLowerCase(Locale.ROOT);
            if (json.has("chat." + name)) roles.put(role, json.text("chat." + name));
        }
        List<String> stops = new ArrayList<>();
        for (JsonNode stop : json.at("chat.stopTokens")) stops.add(stop.asText());
        if (stops.isEmpty())
            throw json.wrong(
                    "chat.stopTokens",
                    json.at("chat.stopTokens"),
                    "must list at least one token, or answers never end");
        return new ModelPack.Chat(json.text("chat.start", ""), roles, json.text("chat.generationPrompt"), stops);
    }

    private ModelSpec spec(JsonFile json, ModelPack.Layout layout) {
        String owner = file.toString();
        try {
            return new ModelSpec(
                    json.text("id"),
                    layout instanceof ModelPack.Decoder ? ModelSpec.Kind.DECODER : ModelSpec.Kind.EMBEDDER,
                    json.integer("architecture.layers"),
                    json.integer("architecture.hidden"),
                    json.integer("architecture.heads"),
                    json.integer("architecture.kvHeads"),
                    json.integer("architecture.headDim"),
                    json.integer("architecture.ffn"),
                    json.at("architecture.ffnGated").asBoolean(),
                    json.integer("architecture.vocab"),
                    json.at("architecture.tiedEmbeddings").asBoolean(),
                    json.integer("architecture.maxContext"),
                    ModelSpec.Experts.NONE,
                    Precision.of(json.text("weightPrecision"), owner),
                    Precision.of(json.text("computePrecision"), owner),
                    Precision.of(json.text("kvPrecision", json.text("computePrecision")), owner));
        } catch (IllegalArgumentException e) {
            throw new ModelPackException("The file " + file + " describes no possible model: " + e.getMessage(), e);
        }
    }

    private Path sibling(JsonFile json, String field) {
        String name = json.text(field);
        Path sibling = folder.resolve(name).normalize();
        if (!sibling.startsWith(folder)) throw json.wrong(field, name, "must lie in the pack's folder");
        if (!Files.isRegularFile(sibling))
            throw json.wrong(field, name, "does not exist in " + folder + "; copy the whole folder");
        return sibling;
    }

    private String perLayer(JsonFile json, String field) {
        String pattern = json.text(field);
        if (pattern.indexOf("%d") < 0 || pattern.indexOf('%') != pattern.lastIndexOf('%')) {
            throw json.wrong(field, pattern, "must hold %d once, for the layer");
        }
        return pattern;
    }
}
