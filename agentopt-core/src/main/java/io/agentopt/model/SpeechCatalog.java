package io.agentopt.model;

import io.agentopt.internal.JsonValue;
import io.agentopt.internal.Nearest;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Speech models by name. Immutable. Files hold {@code {"format": 1, "models": [...]}}; docs/cost-model.md lists the fields. */
public final class SpeechCatalog {
    /**
     * A model and where its numbers come from.
     *
     * @param model the model
     * @param parameters published parameter count, where known
     * @param verified false where the shape was not checked against a source
     * @param source document or repository
     * @param note what a reader should know, may be empty
     */
    public record Entry(SpeechModel model, OptionalDouble parameters, boolean verified, String source, String note) {}

    private final Map<String, Entry> entries;

    private SpeechCatalog(Map<String, Entry> entries) {
        this.entries = entries;
    }

    /** {@return the speech models that come with the library} */
    public static SpeechCatalog packaged() {
        return Packaged.CATALOG;
    }

    /**
     * Reads a user's models.
     *
     * @throws IllegalArgumentException if the file is malformed, naming place, value and way out
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static SpeechCatalog read(Path file) {
        return new SpeechCatalog(SpeechCatalogJson.read(JsonValue.read(file)));
    }

    /** {@return these models and another's; the other wins where both have a name} */
    public SpeechCatalog plus(SpeechCatalog other) {
        Map<String, Entry> all = new LinkedHashMap<>(entries);
        all.putAll(other.entries);
        return new SpeechCatalog(all);
    }

    /**
     * {@return these models and one more, which replaces one of its name}
     *
     * @param source where its shape was read
     */
    public SpeechCatalog plus(EncoderDecoderSpec model, String source) {
        Map<String, Entry> all = new LinkedHashMap<>(entries);
        all.put(model.id(), new Entry(model, OptionalDouble.empty(), true, source, ""));
        return new SpeechCatalog(all);
    }

    /**
     * {@return the model with an id and where its numbers come from}
     *
     * @throws IllegalArgumentException if there is none
     */
    public Entry entry(String id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            throw new IllegalArgumentException("The speech catalog has no '" + id + "'. Did you mean one of "
                    + Nearest.to(id, entries.keySet()) + "? Other models come from a file: SpeechCatalog.read.");
        }
        return entry;
    }

    /**
     * {@return the model with an id, which has a shape}
     *
     * @throws IllegalArgumentException if there is none, or if only its size is known
     */
    public EncoderDecoderSpec find(String id) {
        return switch (entry(id).model()) {
            case EncoderDecoderSpec spec -> spec;
            case UnshapedModel m ->
                throw new IllegalArgumentException("Of model '" + m.id() + "' only the size (" + m.parameters() / 1e9
                        + " billion parameters) is known. Estimate it from its ONNX file (OnnxDemand), or measure it.");
        };
    }

    /** {@return every model, in file order} */
    public List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    /** Read on first use, once. */
    private static final class Packaged {
        static final SpeechCatalog CATALOG =
                new SpeechCatalog(SpeechCatalogJson.read(JsonValue.read(SpeechCatalog.class, "speech-models.json")));
    }
}
