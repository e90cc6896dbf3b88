package io.agentopt.hardware;

import io.agentopt.internal.JsonValue;
import io.agentopt.internal.Nearest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Kinds of links by name, such as {@code NVLink-4} or {@code PCIe-5-x16}. Immutable. Files hold {@code {"format": 1, "links": [...]}};
 * docs/cost-model.md lists the fields.
 */
public final class LinkCatalog {
    /**
     * A link and where its numbers come from.
     *
     * @param id unique name
     * @param link rate of one device or port, one way, without protocol losses
     * @param provenance source, and which numbers lack one
     */
    public record Entry(String id, Link link, Provenance provenance) {}

    private final Map<String, Entry> entries;

    private LinkCatalog(Map<String, Entry> entries) {
        this.entries = entries;
    }

    /** {@return the links that come with the library, compiled from public sources} */
    public static LinkCatalog packaged() {
        return Packaged.CATALOG;
    }

    /**
     * Reads a user's links.
     *
     * @throws IllegalArgumentException if the file is malformed, naming place, value and way out
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static LinkCatalog read(Path file) {
        return from(JsonValue.read(file));
    }

    /** {@return these links and another's; the other wins where both have a name} */
    public LinkCatalog plus(LinkCatalog other) {
        Map<String, Entry> all = new LinkedHashMap<>(entries);
        all.putAll(other.entries);
        return new LinkCatalog(all);
    }

    /**
     * {@return the link with a name}
     *
     * @throws IllegalArgumentException if there is none
     */
    public Link find(String id) {
        return entry(id).link();
    }

    /** {@return the link with a name and where its numbers come from; errors as {@link #find}} */
    public Entry entry(String id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            throw new IllegalArgumentException("The link catalog has no '" + id + "'. Did you mean one of "
                    + Nearest.to(id, entries.keySet()) + "? Other links come from a file: LinkCatalog.read.");
        }
        return entry;
    }

    /** {@return every link, in file order} */
    public List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    private static LinkCatalog from(JsonValue file) {
        file.format(1).only("format", "about", "links");
        Map<String, Entry> entries = new LinkedHashMap<>();
        Set<String> names = JsonValue.seen();
        for (JsonValue json : file.at("links").items()) {
            json.only(
                    "id",
                    "kind",
                    "gigabytesPerSecond",
                    "latencyMicroseconds",
                    "dollarsPerGigabyte",
                    "verified",
                    "unverified",
                    "source",
                    "note");
            String id = json.at("id").text();
            json.distinct(names, id);
            entries.put(id, new Entry(id, LinkJson.read(json, LinkJson.kind(json.at("kind"))), provenance(json)));
        }
        return new LinkCatalog(entries);
    }

    private static Provenance provenance(JsonValue json) {
        List<String> unverified = new ArrayList<>();
        for (JsonValue field : json.maybe("unverified").map(JsonValue::items).orElse(List.of()))
            unverified.add(field.text());
        return new Provenance(
                json.at("source").text(),
                json.maybe("verified").map(JsonValue::flag).orElse(true),
                json.maybe("note").map(JsonValue::text).orElse(""),
                unverified);
    }

    /** Read on first use, once. */
    private static final class Packaged {
        static final LinkCatalog CATALOG = from(JsonValue.read(LinkCatalog.class, "links.json"));
    }
}
