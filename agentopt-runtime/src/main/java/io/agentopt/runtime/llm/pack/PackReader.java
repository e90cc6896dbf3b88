package io.agentopt.runtime.llm.pack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.message.Message.Role;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

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
        JsonNode json = parse();
        int format = integer(json, "format");
        if (format != FORMAT)
            throw wrong("format", format, "must be " + FORMAT + ", the only one that this version reads");
        String kind = text(json, "kind");
        ModelPack.Layout layout = switch (kind) {
            case "decoder" -> decoder(json);
            case "embedder" -> embedder(json);
            default -> throw wrong("kind", kind, "must be \"decoder\" or \"embedder\"");
        };
        ModelSpec spec = spec(json, layout);
        return new ModelPack(
                folder,
                spec,
                json.path("description").asText(""),
                json.path("licence").asText(""),
                sibling(json, "onnx.file"),
                sibling(json, "tokenizer.file"),
                layout);
    }

    private JsonNode parse() {
        if (!Files.isDirectory(folder))
            throw new ModelPackException("The model pack '" + folder + "' is not a folder.");
        if (!Files.isRegularFile(file)) {
            throw new ModelPackException(
                    "The folder '" + folder + "' has no " + ModelPack.FILE + ", so it is no model pack.");
        }
        try {
            JsonNode json = new ObjectMapper().readTree(file.toFile());
            if (json == null || !json.isObject())
                throw new ModelPackException("The file " + file + " must hold one JSON object.");
            return json;
        } catch (JsonProcessingException e) {
            throw new ModelPackException(
                    "The file " + file + " is not JSON: " + e.getOriginalMessage() + " (line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + "). Correct it.",
                    e);
        } catch (IOException e) {
            throw new ModelPackException("The file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private ModelPack.Decoder decoder(JsonNode json) {
        String layout = text(json, "onnx.layout");
        if (!layout.equals("gqa-in-place")) {
            throw wrong(
                    "onnx.layout",
                    layout,
                    "is unknown; this version runs \"gqa-in-place\" (GroupQueryAttention, past and present in one buffer)");
        }
        String positions = text(json, "onnx.logitsPositions");
        if (!positions.equals("last") && !positions.equals("all"))
            throw wrong("onnx.logitsPositions", positions, "must be \"last\" or \"all\"");
        Optional<ModelPack.Lengths> lengths = lengths(json);
        if (lengths.isPresent() && !positions.equals("last"))
            throw wrong("onnx.logitsPositions", positions, "must be \"last\" beside onnx.lengths");
        return new ModelPack.Decoder(
                text(json, "onnx.inputIds"),
                lengths.isPresent() ? "" : text(json, "onnx.attentionMask"),
                text(json, "onnx.logits"),
                positions.equals("last"),
                perLayer(json, "onnx.pastKey"),
                perLayer(json, "onnx.pastValue"),
                perLayer(json, "onnx.presentKey"),
                perLayer(json, "onnx.presentValue"),
                lengths,
                chat(json));
    }

    private Optional<ModelPack.Lengths> lengths(JsonNode json) {
        if (json.at("/onnx/lengths").isMissingNode()) return Optional.empty();
        return Optional.of(new ModelPack.Lengths(
                text(json, "onnx.lengths.before"), text(json, "onnx.lengths.total"), text(json, "onnx.lengths.last")));
    }

    private ModelPack.Embedder embedder(JsonNode json) {
        int dimension = integer(json, "architecture.dimension");
        if (dimension < 1) throw wrong("architecture.dimension", dimension, "must be positive");
        return new ModelPack.Embedder(
                text(json, "onnx.inputIds"), text(json, "onnx.attentionMask"), text(json, "onnx.embedding"), dimension);
    }

    private ModelPack.Chat chat(JsonNode json) {
        Map<Role, String> roles = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            String name = role.name().toLowerCase(Locale.ROOT);
            if (json.path("chat").has(name)) roles.put(role, text(json, "chat." + name));
        }
        List<String> stops = new ArrayList<>();
        for (JsonNode stop : at(json, "chat.stopTokens")) stops.add(stop.asText());
        if (stops.isEmpty())
            throw wrong(
                    "chat.stopTokens",
                    at(json, "chat.stopTokens"),
                    "must list at least one token, or answers never end");
        return new ModelPack.Chat(roles, text(json, "chat.generationPrompt"), stops);
    }

    private ModelSpec spec(JsonNode json, ModelPack.Layout layout) {
        String owner = file.toString();
        try {
            return new ModelSpec(
                    text(json, "id"),
                    layout instanceof ModelPack.Decoder ? ModelSpec.Kind.DECODER : ModelSpec.Kind.EMBEDDER,
                    integer(json, "architecture.layers"),
                    integer(json, "architecture.hidden"),
                    integer(json, "architecture.heads"),
                    integer(json, "architecture.kvHeads"),
                    integer(json, "architecture.headDim"),
                    integer(json, "architecture.ffn"),
                    at(json, "architecture.ffnGated").asBoolean(),
                    integer(json, "architecture.vocab"),
                    at(json, "architecture.tiedEmbeddings").asBoolean(),
                    integer(json, "architecture.maxContext"),
                    ModelSpec.Experts.NONE,
                    Precision.of(text(json, "weightPrecision"), owner),
                    Precision.of(text(json, "computePrecision"), owner),
                    Precision.of(json.path("kvPrecision").asText(text(json, "computePrecision")), owner));
        } catch (IllegalArgumentException e) {
            throw new ModelPackException("The file " + file + " describes no possible model: " + e.getMessage(), e);
        }
    }

    private Path sibling(JsonNode json, String field) {
        String name = text(json, field);
        Path sibling = folder.resolve(name).normalize();
        if (!sibling.startsWith(folder)) throw wrong(field, name, "must lie in the pack's folder");
        if (!Files.isRegularFile(sibling))
            throw wrong(field, name, "does not exist in " + folder + "; copy the whole folder");
        return sibling;
    }

    private String perLayer(JsonNode json, String field) {
        String pattern = text(json, field);
        if (pattern.indexOf("%d") < 0 || pattern.indexOf('%') != pattern.lastIndexOf('%')) {
            throw wrong(field, pattern, "must hold %d once, for the layer");
        }
        return pattern;
    }

    private String text(JsonNode json, String field) {
        JsonNode value = at(json, field);
        if (!value.isTextual() || value.asText().isEmpty()) throw wrong(field, value, "must be a text");
        return value.asText();
    }

    private int integer(JsonNode json, String field) {
        JsonNode value = at(json, field);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) throw wrong(field, value, "must be a whole number");
        return value.asInt();
    }

    private JsonNode at(JsonNode json, String field) {
        JsonNode value = json.at("/" + field.replace('.', '/'));
        if (value.isMissingNode() || value.isNull())
            throw new ModelPackException("The file " + file + " lacks the field " + field + ".");
        return value;
    }

    private ModelPackException wrong(String field, Object value, String rule) {
        String shown = value instanceof String s ? "\"" + s + "\"" : value.toString();
        return new ModelPackException("The field " + field + " (" + shown + ") of " + file + " " + rule + ".");
    }
}
