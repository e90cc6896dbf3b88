package io.agentopt.hardware;

import io.agentopt.internal.JsonText;
import io.agentopt.internal.JsonValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A fleet as a JSON file.
 *
 * <pre>
 * {"format": 1, "name": "support", "price": {"policy": "rented", "rate": "mid"},
 *  "classes": [{"name": "h100", "device": "H100-SXM", "count": 8},
 *              {"name": "host", "device": {"id": "my-cpu", ...}, "count": 2, "price": {"policy": "fixed", "dollarsPerHour": 1.2}}],
 *  "network": {"gigabytesPerSecond": 25, "latencyMicroseconds": 10, "dollarsPerGigabyte": 0},
 *  "links": [{"from": "h100", "to": "host", "kind": "intra-node", "gigabytesPerSecond": 50, "latencyMicroseconds": 5}],
 *  "forbidden": [{"from": "h100", "to": "hosted"}],
 *  "endpoints": [{"name": "hosted", "models": ["meta-llama/Meta-Llama-3.1-8B"], "dollarsPerMillionInputTokens": 0.1,
 *                 "dollarsPerMillionOutputTokens": 0.4, "firstTokenSeconds": 0.4, "tokensPerSecond": 80, "zone": "eu",
 *                 "maxRequestsPerSecond": 50, "maxTokensPerMinute": 1000000}]}
 * </pre>
 *
 * A class may state its {@code "zone"}, the place of its data. Between the members of a forbidden pair nothing may flow.
 *
 * A device is the id of a catalog's device or the device itself, in the fields of a device file. A network may be the name of a
 * {@link LinkCatalog}'s link in place of its numbers, and so may a link: {@code {"from", "to", "link": "NVLink-4"}}. Reading runs no code.
 */
public final class FleetFile {
    private FleetFile() {}

    /**
     * Reads a fleet whose devices are in the packaged catalog or in the file.
     *
     * @throws IllegalArgumentException if the file is malformed, naming place, value and way out
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static Fleet read(Path file) {
        return read(file, DeviceCatalog.packaged());
    }

    /** Reads a fleet whose devices are in a catalog or in the file; errors as {@link #read(Path)}. */
    public static Fleet read(Path file, DeviceCatalog catalog) {
        return read(file, catalog, LinkCatalog.packaged());
    }

    /** Reads a fleet whose devices and links are in catalogs or in the file; errors as {@link #read(Path)}. */
    public static Fleet read(Path file, DeviceCatalog catalog, LinkCatalog links) {
        return from(JsonValue.read(file), catalog, links);
    }

    /**
     * Writes a fleet; {@link #read(Path)} gives an equal one.
     *
     * @throws java.io.UncheckedIOException if the file cannot be written; it is then as it was
     */
    public static void write(Fleet fleet, Path file) {
        List<Object> classes = new ArrayList<>();
        for (DeviceClass c : fleet.classes()) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("name", c.name());
            json.put(
                    "device",
                    DeviceCatalog.packaged().devices().contains(c.device())
                            ? c.device().id()
                            : DeviceJson.write(c.device()));
            json.put("count", c.count());
            json.put("price", PriceJson.write(c.price()));
            c.zone().ifPresent(z -> json.put("zone", z));
            classes.add(json);
        }
        List<Object> links = new ArrayList<>();
        fleet.links().forEach((ends, link) -> {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("from", ends.first());
            json.put("to", ends.second());
            json.put("kind", link.kind().id());
            json.putAll(LinkJson.write(link));
            links.add(json);
        });
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", 1);
        json.put("name", fleet.name());
        json.put("classes", classes);
        json.put("network", LinkJson.write(fleet.network()));
        if (!links.isEmpty()) json.put("links", links);
        if (!fleet.unlinked().isEmpty()) {
            json.put(
                    "forbidden",
                    fleet.unlinked().stream()
                            .sorted(Comparator.comparing(Fleet.Ends::first).thenComparing(Fleet.Ends::second))
                            .map(ends -> new TreeMap<>(Map.of("from", ends.first(), "to", ends.second())))
                            .toList());
        }
        if (!fleet.endpoints().isEmpty())
            json.put(
                    "endpoints",
                    fleet.endpoints().stream().map(EndpointJson::write).toList());
        JsonText.write(file, json);
    }

    private static Fleet from(JsonValue file, DeviceCatalog catalog, LinkCatalog links) {
        file.format(1).only("format", "name", "price", "classes", "network", "links", "forbidden", "endpoints");
        Price price = file.maybe("price").map(PriceJson::read).orElse(Price.rented());
        Fleet.Builder fleet = Fleet.priced(file.at("name").text(), price);
        Set<String> names = JsonValue.seen();
        for (JsonValue entry : file.at("classes").items()) {
            entry.only("name", "device", "count", "price", "zone");
            String name = entry.at("name").text();
            entry.distinct(names, name);
            DeviceSpec device = device(entry.at("device"), catalog);
            int count = entry.at("count").integer();
            Price own = entry.maybe("price").map(PriceJson::read).orElse(price);
            Optional<String> zone = entry.maybe("zone").map(JsonValue::text);
            fleet.add(valid(entry, () -> new DeviceClass(name, device, count, own, zone)));
        }
        file.maybe("network").ifPresent(n -> fleet.network(network(n, links)));
        for (JsonValue entry : file.maybe("links").map(JsonValue::items).orElse(List.of())) {
            fleet.link(entry.at("from").text(), entry.at("to").text(), link(entry, links));
        }
        for (JsonValue entry : file.maybe("forbidden").map(JsonValue::items).orElse(List.of())) {
            entry.only("from", "to");
            fleet.forbid(entry.at("from").text(), entry.at("to").text());
        }
        for (JsonValue entry : file.maybe("endpoints").map(JsonValue::items).orElse(List.of())) {
            fleet.endpoint(EndpointJson.read(entry));
        }
        return valid(file, fleet::build);
    }

    private static DeviceSpec device(JsonValue json, DeviceCatalog catalog) {
        if (!json.isText()) return DeviceJson.read(json);
        return valid(json, () -> catalog.find(json.text()));
    }

    /** The name of a catalog's link, or its numbers. */
    private static Link network(JsonValue json, LinkCatalog links) {
        if (json.isText()) return valid(json, () -> links.find(json.text()));
        return LinkJson.read(
                json.only("gigabytesPerSecond", "latencyMicroseconds", "dollarsPerGigabyte"), LinkKind.NETWORK);
    }

    private static Link link(JsonValue json, LinkCatalog links) {
        if (json.maybe("link").isPresent()) {
            JsonValue name = json.only("from", "to", "link").at("link");
            return valid(name, () -> links.find(name.text()));
        }
        json.only("from", "to", "kind", "gigabytesPerSecond", "latencyMicroseconds", "dollarsPerGigabyte");
        return LinkJson.read(json, LinkJson.kind(json.at("kind")));
    }

    private static <T> T valid(JsonValue place, Supplier<T> constructor) {
        try {
            return constructor.get();
        } catch (IllegalArgumentException e) {
            throw place.wrong(e);
        }
    }
}
