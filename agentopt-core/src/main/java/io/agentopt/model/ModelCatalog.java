package io.agentopt.model;

import io.agentopt.internal.JsonValue;
import io.agentopt.internal.Nearest;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Models by name. Immutable. Files hold {@code {"format": 1, "models": [...]}}; docs/cost-model.md lists the fields.
 */
public final class ModelCatalog {
    /**
     * A model and where its numbers come from.
     *
     * @param model the model
     * @param parameters published parameter count, where known
     * @param verified false where the shape was not checked against a source
     * @param source document or repository
     * @param note what a reader should know, may be empty
     */
    public record Entry(ModelSpec model, OptionalDouble parameters, boolean verified, String source, String note) {}

    private final Map<String, Entry> entries;

    private ModelCatalog(Map<String, Entry> entries) {
        this.entries = entries;
    }

    /** {@return the models that come with the library, compiled from public sources} */
    public static ModelCatalog packaged() {
        return Packaged.CATALOG;
    }

    /** {@return a catalog without models, to add to} */
    public static ModelCatalog empty() {
        return new ModelCatalog(Map.of());
    }

    /**
     * Reads a user's models.
     *
     * @throws IllegalArgumentException if the file is malformed, naming place, value and way out
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static ModelCatalog read(Path file) {
        return new ModelCatalog(ModelCatalogJson.read(JsonValue.read(file)));
    }

    /** {@return these models and one more, which replaces one of its name} */
    public ModelCatalog plus(ModelSpec model) {
        Map<String, Entry> all = new LinkedHashMap<>(entries);
        all.put(model.id(), new Entry(model, OptionalDouble.empty(), true, "declared in code", ""));
        return new ModelCatalog(all);
    }

    /** {@return these models and another's; the other wins where both have a name} */
    public ModelCatalog plus(ModelCatalog other) {
        Map<String, Entry> all = new LinkedHashMap<>(entries);
        all.putAll(other.entries);
        return new ModelCatalog(all);
    }

    /**
     * {@return the model with an id}
     *
     * @throws IllegalArgumentException if there is none
     */
    public ModelSpec find(String id) {
        return entry(id).model();
    }

    /** {@return the model with an id and where its numbers come from; errors as {@link #find}} */
    public Entry entry(String id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "The model catalog has no '" + id + "'. Did you mean one of " + Nearest.to(id, entries.keySet())
                            + "? Other models come from a file (ModelCatalog.read) or from code (plus).");
        }
        return entry;
    }

    /** {@return every model, in file order} */
    public List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    /** Read on first use, once. */
    private static final class Packaged {
        static final ModelCatalog CATALOG =
                new ModelCatalog(ModelCatalogJson.read(JsonValue.read(ModelCatalog.class, "models.json")));
    }
}
