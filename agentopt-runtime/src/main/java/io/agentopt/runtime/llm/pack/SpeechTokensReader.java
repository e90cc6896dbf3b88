package io.agentopt.runtime.llm.pack;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentopt.model.EncoderDecoderSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the tokens that steer a speech recogniser: in generation_config.json, else in config.json, else by their names among the tokenizer's added tokens,
 * which is where exports of before 2023 have them.
 */
final class SpeechTokensReader {
    private static final Pattern LANGUAGE = Pattern.compile("<\\|([a-z]{2,3})\\|>");

    private final JsonFile generation;
    private final JsonFile config;
    private final EncoderDecoderSpec spec;
    private final Map<String, Integer> added = new HashMap<>();

    SpeechTokensReader(JsonFile generation, JsonFile config, JsonFile tokenizer, EncoderDecoderSpec spec) {
        this.generation = generation;
        this.config = config;
        this.spec = spec;
        if (!tokenizer.has("added_tokens")) return;
        for (JsonNode token : tokenizer.at("added_tokens"))
            added.put(token.path("content").asText(), token.path("id").asInt());
    }

    SpeechTokens read() {
        boolean several = generation.flag(
                "is_multilingual",
                added.containsKey("<|transcribe|>") && !languages().isEmpty());
        return new SpeechTokens(
                required("decoder_start_token_id", "<|startoftranscript|>"),
                end(),
                several ? languages() : Map.of(),
                several ? task("transcribe") : OptionalInt.empty(),
                several ? task("translate") : OptionalInt.empty(),
                optional("no_timestamps_token_id", "<|notimestamps|>"),
                named("<|nospeech|>", "<|nocaptions|>"),
                list("suppress_tokens"),
                list("begin_suppress_tokens"),
                Math.min(spec.maxOutput(), maxLength()));
    }

    private int maxLength() {
        JsonFile file = generation.has("max_length") ? generation : config;
        int length = file.integer("max_length", spec.maxOutput());
        if (length < 1) throw file.wrong("max_length", length, "must be positive");
        return length;
    }

    private Map<String, Integer> languages() {
        Map<String, Integer> found = new HashMap<>();
        if (generation.has("lang_to_id")) {
            generation
                    .at("lang_to_id")
                    .properties()
                    .forEach(e -> code(e.getKey(), checked(e.getValue(), "lang_to_id"), found));
        } else {
            added.forEach((text, id) -> code(text, id, found));
        }
        return found;
    }

    private static void code(String text, int id, Map<String, Integer> into) {
        Matcher m = LANGUAGE.matcher(text);
        if (m.matches()) into.put(m.group(1), id);
    }

    private OptionalInt task(String name) {
        String field = "task_to_id." + name;
        if (generation.has(field)) return OptionalInt.of(checked(generation.at(field), field));
        return named("<|" + name + "|>");
    }

    private int end() {
        JsonFile file = generation.has("eos_token_id") ? generation : config;
        if (!file.has("eos_token_id")) return required("eos_token_id", "<|endoftext|>");
        JsonNode value = file.at("eos_token_id");
        return checked(value.isArray() && !value.isEmpty() ? value.get(0) : value, "eos_token_id");
    }

    private int required(String field, String name) {
        OptionalInt id = optional(field, name);
        if (id.isEmpty()) {
            throw new ModelPackException("Neither " + generation.file() + " nor " + config.file() + " has the field "
                    + field + ", and the tokenizer has no token '" + name
                    + "'. Copy generation_config.json from the model.");
        }
        return id.getAsInt();
    }

    private OptionalInt optional(String field, String name) {
        if (generation.has(field)) return OptionalInt.of(checked(generation.at(field), field));
        if (config.has(field)) return OptionalInt.of(checked(config.at(field), field));
        return named(name);
    }

    private OptionalInt named(String... names) {
        for (String name : names) {
            Integer id = added.get(name);
            if (id != null && id >= 0 && id < spec.vocab()) return OptionalInt.of(id);
        }
        return OptionalInt.empty();
    }

    private List<Integer> list(String field) {
        JsonFile file = generation.has(field) ? generation : config;
        if (!file.has(field) || (file.at(field).isEmpty() && file.at(field).isArray())) return List.of();
        List<Integer> ids = HuggingFaceReader.ids(file, field);
        // Ids outside the vocabulary, such as -1, suppress nothing.
        return ids.stream().filter(id -> id >= 0 && id < spec.vocab()).toList();
    }

    private int checked(JsonNode value, String field) {
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.asInt() < 0
                || value.asInt() >= spec.vocab()) {
            throw generation.wrong(field, value, "must be a token id below the vocab_size (" + spec.vocab() + ")");
        }
        return value.asInt();
    }
}
