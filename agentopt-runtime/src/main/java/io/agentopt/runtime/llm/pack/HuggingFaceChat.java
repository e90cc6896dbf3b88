package io.agentopt.runtime.llm.pack;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The chat section of a Hugging Face model: its template by {@link ChatFormats}, its stop tokens by their ids. */
final class HuggingFaceChat {
    private final Path folder;
    private final JsonFile config;
    private final Optional<JsonFile> generation;
    private final Optional<JsonFile> genai;
    private final JsonFile tokenizer;
    private final Optional<JsonFile> settings;
    private final Map<Integer, String> specials = new TreeMap<>();

    HuggingFaceChat(
            Path folder, Path tokenizer, JsonFile config, Optional<JsonFile> generation, Optional<JsonFile> genai) {
        this.folder = folder;
        this.config = config;
        this.generation = generation;
        this.genai = genai;
        this.tokenizer = JsonFile.read(tokenizer);
        settings = JsonFile.ifThere(folder.resolve("tokenizer_config.json"));
        for (JsonNode token : this.tokenizer.root().path("added_tokens")) {
            if (token.path("special").asBoolean()) {
                specials.put(token.path("id").asInt(), token.path("content").asText());
            }
        }
    }

    ModelPack.Chat read() {
        String start = named("bos_token"), eos = named("eos_token");
        Set<String> literals = Set.copyOf(specials.values());
        Map<String, String> known = new HashMap<>();
        known.put("bos_token", start);
        known.put("eos_token", eos);
        String template = template();
        ModelPack.Chat found = ChatFormats.recognise(JinjaText.of(template, known), literals, start, eos)
                .orElseThrow(() -> new ModelPackException("The chat template of " + folder + " is none that is known ("
                        + ChatFormats.NAMES + "). " + wayOut()));
        Set<String> stops = new LinkedHashSet<>(found.stopTokens());
        stops.addAll(stopTokens());
        Map<io.agentopt.message.Message.Role, String> roles = new HashMap<>(found.roles());
        if (writesSpaceBefore())
            roles.replaceAll((role, turn) -> turn.replace(" {text}", "{text}").replace("{text} ", "{text}"));
        return new ModelPack.Chat(found.start(), roles, found.generationPrompt(), List.copyOf(stops));
    }

    private String wayOut() {
        return "Write a model.json beside config.json with a chat section: {\"chat\": {\"user\": \"...{text}...\", \"assistant\": ...,"
                + " \"generationPrompt\": ..., \"stopTokens\": [...]}}; docs/models.md has an example.";
    }

    private String template() {
        Path file = folder.resolve("chat_template.jinja");
        if (Files.isRegularFile(file)) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new ModelPackException("The file " + file + " cannot be read: " + e.getMessage(), e);
            }
        }
        Optional<JsonFile> alone = JsonFile.ifThere(folder.resolve("chat_template.json"));
        for (Optional<JsonFile> from : List.of(alone, settings)) {
            if (from.isEmpty() || !from.get().has("chat_template")) continue;
            JsonNode value = from.get().at("chat_template");
            if (!value.isArray()) return from.get().text("chat_template");
            for (JsonNode each : value) {
                if (each.path("name").asText().equals("default"))
                    return each.path("template").asText();
            }
            throw from.get().wrong("chat_template", "a list", "has none that is called default");
        }
        throw new ModelPackException("The folder '" + folder
                + "' has no chat template, neither in chat_template.jinja nor in tokenizer_config.json; it may be a base model. "
                + wayOut());
    }

    /** A token is a text, or an object with its content. */
    private String named(String field) {
        if (settings.isEmpty() || !settings.get().has(field)) return "";
        JsonNode value = settings.get().at(field);
        String literal = value.isObject() ? value.path("content").asText() : value.asText();
        if (!specials.containsValue(literal)) {
            throw settings.get()
                    .wrong(field, literal, "is no special token of tokenizer.json; is the tokenizer another model's?");
        }
        return literal;
    }

    private Set<String> stopTokens() {
        JsonFile from = generation
                .filter(g -> g.has("eos_token_id"))
                .or(() -> Optional.of(config).filter(c -> c.has("eos_token_id")))
                .or(() -> genai.filter(g -> g.has("model.eos_token_id")))
                .orElseThrow(() -> new ModelPackException("The file " + config.file()
                        + " lacks the field eos_token_id, so answers would never end. Add it."));
        String field = from.has("eos_token_id") ? "eos_token_id" : "model.eos_token_id";
        Set<String> stops = new LinkedHashSet<>();
        for (int id : HuggingFaceReader.ids(from, field)) {
            String literal = specials.get(id);
            if (literal == null) {
                throw from.wrong(
                        field,
                        id,
                        "is no special token of " + tokenizer.file() + "; is the tokenizer another model's?");
            }
            stops.add(literal);
        }
        return stops;
    }

    // Such a tokenizer encodes a text of its own with a space before it, so the template's space would be a second one.
    private boolean writesSpaceBefore() {
        return writesSpaceBefore(tokenizer.root().path("normalizer"))
                || writesSpaceBefore(tokenizer.root().path("pre_tokenizer"));
    }

    private static boolean writesSpaceBefore(JsonNode part) {
        String type = part.path("type").asText();
        if (type.equals("Prepend")) return true;
        if (type.equals("Metaspace")) {
            return part.has("prepend_scheme")
                    ? !part.path("prepend_scheme").asText().equals("never")
                    : part.path("add_prefix_space").asBoolean();
        }
        for (String list : List.of("normalizers", "pretokenizers")) {
            for (JsonNode each : part.path(list)) if (writesSpaceBefore(each)) return true;
        }
        return false;
    }
}
